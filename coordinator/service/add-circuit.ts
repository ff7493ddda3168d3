/** AddCircuit: takes a circuit's two files and admits it, without touching code or stopping nodes. */
import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Admission } from "../circuits/registry.ts";
import { CoordinatorFailure } from "../failure.ts";
import type {
  AddCircuitRequest,
  AddCircuitResponseSchema,
} from "../../src/gen/proving/v1/circuit_pb.ts";
import { requireAdmin } from "./caller.ts";
import { circuitMessage } from "./circuit-message.ts";
import type { Services } from "./services.ts";
import { receiveUpload } from "./upload.ts";

const refusal = (admission: Extract<Admission, { readonly admitted: false }>): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: admission.rule === "CIRCUIT_EXISTS" ? "exists" : "invalid",
    reason: admission.rule,
    field: admission.field,
    problem: admission.problem,
    remedy: admission.remedy,
  });

export const addCircuit =
  (services: Services) =>
  async (
    messages: AsyncIterable<AddCircuitRequest>,
    context: HandlerContext,
  ): Promise<MessageInitShape<typeof AddCircuitResponseSchema>> => {
    await requireAdmin(services, context);
    const folder = path.join(services.settings.uploadFolder, randomUUID());
    await mkdir(folder, { recursive: true });
    try {
      const { header, wasmPath, zkeyPath } = await receiveUpload(messages, {
        wasmPath: path.join(folder, "circuit.wasm"),
        zkeyPath: path.join(folder, "circuit.zkey"),
      });
      const { id, publicSignals, replace } = header;
      const admission = await services.registry.add({
        id,
        publicSignals,
        replace,
        wasmPath,
        zkeyPath,
      });
      if (!admission.admitted) throw refusal(admission);
      services.log.info("Circuit added", {
        circuit: id,
        version: admission.circuit.circuit.version,
        zkey: admission.circuit.circuit.zkey.sha256,
        warnings: admission.warnings,
      });
      return { circuit: circuitMessage(admission.circuit), warnings: [...admission.warnings] };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
