/** Samples of every state that a node can show, for tests of the screens. */
import type { Link, Phase, ProverState, ReceiptRow, StartStep, StopStep } from "../domain/event.ts";
import type { FailureCode } from "../domain/failure.ts";
import { attemptId, circuitId } from "../domain/ids.ts";
import { stages, type ProjectCard } from "../domain/task.ts";

const known = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("a sample has a malformed id");
  return value;
};

export const practice: ProjectCard = {
  name: "Practice",
  purpose: "Shows that this device can prove.",
  url: "",
  practice: true,
};

export type Proving = Extract<ProverState, { name: "proving" }>;

export const attempt = (changes: Partial<Proving> = {}): Proving => ({
  name: "proving",
  attemptId: known(attemptId("a1")),
  circuitId: known(circuitId("merkle_proof")),
  project: practice,
  startedAtMs: 1_000,
  progress: { stage: "msm", share: 0.62, elapsedMs: 2_400 },
  ...changes,
});

export const proving = (changes: Partial<Proving> = {}): ProverState => attempt(changes);

export const idleProver: ProverState = { name: "idle", why: "no task" };

export const proverStates: readonly ProverState[] = [
  { name: "starting" },
  idleProver,
  ...stages.map((stage) => proving({ progress: { stage, share: 0.4, elapsedMs: 900 } })),
  { name: "helping", leader: 0, circuitId: known(circuitId("c16s")) },
  {
    name: "waiting",
    ...{ circuitId: known(circuitId("c16s")), neededBytes: 900e6, budgetBytes: 2 ** 30 },
  },
  { name: "replacing", reason: "it did not answer for 30 s" },
  { name: "ended" },
];

export const startSteps: readonly StartStep[] = [
  "options",
  "logger",
  "settings",
  "node",
  "connect",
  "statistics",
  "signals",
  "shutdown-hook",
];

export const stopSteps: readonly StopStep[] = [
  "intake",
  "proofs",
  "reports",
  "connection",
  "flush",
];

export const failureCodes: readonly FailureCode[] = [
  "unknown_circuit",
  "malformed_input",
  "unsatisfied_constraints",
  "timeout",
  "out_of_memory",
  "artifact",
  "internal",
  "settings",
  "unreachable",
  "refused",
  "malformed_message",
  "platform",
  "prover_lost",
  "cancelled",
];

export const phases: readonly Phase[] = [
  { name: "idle" },
  { name: "following", leader: { name: "idle" } },
  { name: "following", leader: { name: "running" } },
  ...startSteps.map((step): Phase => ({ name: "starting", step })),
  { name: "running" },
  ...stopSteps.map((step): Phase => ({ name: "stopping", deadlineAtMs: 40_000, step })),
  { name: "stopped", clean: true },
  { name: "stopped", clean: false },
  ...failureCodes.map((code): Phase => ({
    name: "failed",
    code,
    message: "concurrency is 99, at most 16",
  })),
];

export const links: readonly Link[] = [
  { name: "offline", reason: "not started" },
  { name: "connecting", attempt: 2, maxRetries: 5 },
  { name: "waiting", attempt: 3, retryAtMs: 14_000, reason: "connection refused" },
  { name: "connected", sinceMs: 0, coordinatorVersion: "0.1.0" },
];

export const receipt = (index: number): ReceiptRow => ({
  attemptId: known(attemptId(`attempt-${index}`)),
  circuitId: known(circuitId("merkle_proof")),
  project: practice,
  durationMs: 2_400,
  acceptedAtMs: 1_000_000 - index,
  credited: false,
});
