import { describe, expect, it } from "vitest";
import type { AttemptRow, TaskStateName } from "../queue/queue.ts";
import { attemptId, circuitId, jobId, taskId, workerId } from "../../src/domain/ids.ts";
import { answerUnserved } from "./unserved-circuit.ts";

const known = <Id>(id: Id | undefined): Id => id ?? expect.unreachable("malformed id in a test");

const attemptOf = (taskState: TaskStateName): AttemptRow => ({
  taskId: known(taskId("t")),
  attemptId: known(attemptId("a")),
  attemptNumber: 1,
  workerId: known(workerId("w")),
  jobId: known(jobId("j")),
  circuitId: known(circuitId("addition")),
  zkeyDigest: "",
  pinnedPublicSignals: [],
  input: new Uint8Array(),
  taskState,
  project: { name: "", purpose: "", url: "", practice: false },
});

describe("answerUnserved", () => {
  it.each([
    ["cancelled", "cancelled"],
    ["expired", "cancelled"],
    ["accepted", "duplicate"],
    ["failed", "failed"],
  ] as const)("a %s task: %s", (state, verdict) => {
    expect(answerUnserved(attemptOf(state)).verdict).toBe(verdict);
  });

  it.each(["queued", "leased", "delayed", "dead"] as const)(
    "while the task is %s the node keeps its proof",
    (state) => {
      expect(() => answerUnserved(attemptOf(state))).toThrow(
        expect.objectContaining({
          kind: "unavailable",
          reason: "CIRCUIT_NOT_HERE",
          retryAfterMs: 2_000,
        }) as Error,
      );
    },
  );
});
