/** SubmitJob: checks everything that can be checked before a node sees it, then queues. */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { RegisteredCircuit } from "../circuits/registry.ts";
import { CoordinatorFailure, invalidField } from "../failure.ts";
import { scalarPrime } from "../../src/domain/circuit.ts";
import type { Circuit } from "../../src/domain/circuit.ts";
import { MAX_INPUT_BYTES, MAX_TASKS_PER_JOB } from "../../src/domain/limits.ts";
import type { SubmitJobRequest, SubmitJobResponseSchema } from "../../src/gen/proving/v1/job_pb.ts";
import { requireOwner } from "./caller.ts";
import { between, circuitField, line, shown, wide } from "./fields.ts";
import { jobMessage } from "./job-message.ts";
import { requireJob } from "./require-job.ts";
import type { Services } from "./services.ts";

type Response = MessageInitShape<typeof SubmitJobResponseSchema>;

/** Inputs checked at once for one job: enough to keep the checker busy, few enough to stay fair. */
const PARALLEL_CHECKS = 32;
const KEY_CHARACTERS = 128;
const PROJECT_NAME_CHARACTERS = 80;
const PROJECT_PURPOSE_CHARACTERS = 280;
const PROJECT_URL_CHARACTERS = 500;
const DEADLINE_MAX_MS = 365 * 24 * 3_600_000;

const currentCircuit = (services: Services, id: string): RegisteredCircuit => {
  const found = services.registry.byId(circuitField("circuit_id", id));
  if (found !== undefined) return found;
  const known = services.registry.current().map((one) => one.circuit.id);
  throw new CoordinatorFailure({
    kind: "not-found",
    reason: "CIRCUIT_UNKNOWN",
    field: "circuit_id",
    problem: `there is no circuit ${shown(id)}`,
    remedy: `it must be one of ${known.join(", ")}`,
  });
};

const requireConsent = (request: SubmitJobRequest): void => {
  if (request.inputsVisibleToVolunteers) return;
  throw new CoordinatorFailure({
    kind: "precondition",
    reason: "INPUTS_VISIBLE_REQUIRED",
    field: "inputs_visible_to_volunteers",
    problem: "false was found",
    remedy: "it must be true: whoever proves a task sees its whole input, private signals too",
  });
};

const requireInputs = (inputs: readonly Uint8Array[]): void => {
  if (inputs.length === 0 || inputs.length > MAX_TASKS_PER_JOB) {
    throw invalidField("inputs", `${inputs.length} inputs`, `1 to ${MAX_TASKS_PER_JOB} inputs`);
  }
  for (const [index, input] of inputs.entries()) {
    if (input.length > MAX_INPUT_BYTES) {
      throw invalidField(
        `inputs[${index}]`,
        `${input.length} bytes`,
        `at most ${MAX_INPUT_BYTES} bytes`,
      );
    }
  }
};

/** Pinned signals: none, or one entry for each public signal, "" where any value will do. */
const pinnedSignals = (circuit: Circuit, pinned: readonly string[]): readonly string[] => {
  if (pinned.length === 0) return [];
  if (pinned.length !== circuit.publicSignals.length) {
    throw invalidField(
      "pinned_public_signals",
      `${pinned.length} entries`,
      `${circuit.publicSignals.length} entries (${circuit.publicSignals.join(", ")}), or empty`,
    );
  }
  for (const [index, value] of pinned.entries()) {
    const field = `pinned_public_signals[${index}]`;
    const decimal = /^(0|[1-9]\d{0,79})$/u.test(value);
    if (value === "" || (decimal && BigInt(value) < scalarPrime[circuit.curve])) continue;
    throw invalidField(
      field,
      shown(value),
      'a decimal number below r of the curve, or "" for any value',
    );
  }
  return pinned;
};

/** Checks all inputs, a bounded number at once; the first wrong one (in order) is named. */
const checkInputs = async (
  services: Services,
  circuit: Circuit,
  inputs: readonly Uint8Array[],
): Promise<void> => {
  for (let at = 0; at < inputs.length; at += PARALLEL_CHECKS) {
    const batch = inputs.slice(at, at + PARALLEL_CHECKS);
    const checks = await Promise.all(
      batch.map((input) => services.verifier.checkInput(circuit, input)),
    );
    for (const [offset, check] of checks.entries()) {
      if (check.ok) continue;
      const path =
        check.field === "" || check.field.startsWith("[") ? check.field : `.${check.field}`;
      throw new CoordinatorFailure({
        kind: "invalid",
        reason: "INPUT_INVALID",
        field: `inputs[${at + offset}]${path}`,
        problem: check.problem,
        remedy: check.remedy,
      });
    }
  }
};

/** Shown to volunteers as a link: nothing but the web. */
const projectUrl = (value: string): string => {
  const text = line("project_url", value, PROJECT_URL_CHARACTERS);
  const valid = URL.canParse(text) && ["https:", "http:"].includes(new URL(text).protocol);
  if (text === "" || valid) return text;
  throw invalidField("project_url", shown(text), 'an "https://" address, or empty');
};

export const submitJob =
  (services: Services) =>
  async (request: SubmitJobRequest, context: HandlerContext): Promise<Response> => {
    const { owner } = await requireOwner(services, context);
    requireConsent(request);
    const { circuit } = currentCircuit(services, request.circuitId);
    requireInputs(request.inputs);
    const pinned = pinnedSignals(circuit, request.pinnedPublicSignals);
    const job = {
      owner,
      circuitId: circuit.id,
      zkeyDigest: circuit.zkey.sha256,
      inputs: request.inputs,
      priority: between("priority", request.priority, [-100, 100]),
      deadlineMs: wide("deadline_ms", request.deadlineMs, [0, DEADLINE_MAX_MS]),
      pinnedPublicSignals: pinned,
      idempotencyKey: line("idempotency_key", request.idempotencyKey, KEY_CHARACTERS),
      project: {
        name: line("project_name", request.projectName, PROJECT_NAME_CHARACTERS),
        purpose: line("project_purpose", request.projectPurpose, PROJECT_PURPOSE_CHARACTERS),
        url: projectUrl(request.projectUrl),
        practice: false,
      },
    };
    await checkInputs(services, circuit, request.inputs);
    const { jobId, existed } = await services.queue.submit(job);
    services.log.info("Job submitted", {
      job_id: jobId,
      circuit: circuit.id,
      tasks: request.inputs.length,
      existed,
    });
    return { job: await jobMessage(services, await requireJob(services, owner, jobId)), existed };
  };
