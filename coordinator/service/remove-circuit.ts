/** RemoveCircuit: no new tasks of it; those that are open are cancelled. */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { CoordinatorFailure } from "../failure.ts";
import type {
  RemoveCircuitRequest,
  RemoveCircuitResponseSchema,
} from "../../src/gen/proving/v1/circuit_pb.ts";
import { requireAdmin } from "./caller.ts";
import { circuitField } from "./fields.ts";
import type { Services } from "./services.ts";

const refusals = {
  unknown: {
    kind: "not-found",
    reason: "CIRCUIT_UNKNOWN",
    field: "id",
    problem: "there is no such circuit",
    remedy: "ListCircuits names those that there are",
  },
  "built-in": {
    kind: "precondition",
    reason: "CIRCUIT_BUILT_IN",
    field: "id",
    problem: "this circuit is part of the software",
    remedy: "only circuits that were added can be removed",
  },
} as const;

export const removeCircuit =
  (services: Services) =>
  async (
    request: RemoveCircuitRequest,
    context: HandlerContext,
  ): Promise<MessageInitShape<typeof RemoveCircuitResponseSchema>> => {
    await requireAdmin(services, context);
    const id = circuitField("id", request.id);
    const outcome = await services.registry.remove(id);
    if (outcome !== "removed") throw new CoordinatorFailure(refusals[outcome]);
    const cancelled = await services.queue.cancelCircuit(id);
    services.log.info("Circuit removed", { circuit: id, cancelled_tasks: cancelled.tasks });
    return { cancelledTasks: cancelled.tasks };
  };
