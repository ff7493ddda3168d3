import { describe, expect, it } from "vitest";
import type { AttemptHistory, JobRow, TaskRow } from "../queue/queue.ts";
import { TaskState } from "../../src/gen/proving/v1/job_pb.ts";
import type { Services } from "./services.ts";
import { isDone, openTaskEvents } from "./task-events.ts";

const silent = { dispatch: { sessions: { held: () => undefined } } } as unknown as Pick<
  Services,
  "dispatch"
>;

const attempt = (number: number, changes: Partial<AttemptHistory> = {}): AttemptHistory =>
  ({
    attemptId: `a${number}`,
    number,
    workerId: "w",
    outcome: "leased",
    reason: "",
    startedAtMs: 0,
    endedAtMs: 0,
    stage: "waiting",
    progress: 0,
    durationMs: 0,
    ...changes,
  }) as AttemptHistory;

const task = (
  state: TaskRow["state"],
  attempts: readonly AttemptHistory[] = [],
  reason = "",
): TaskRow =>
  ({ taskId: "t", index: 0, state, reason, reasonCode: "", attempts }) as unknown as TaskRow;
const job = (...tasks: TaskRow[]): JobRow => ({ tasks }) as unknown as JobRow;
const vanished = (number: number) => attempt(number, { outcome: "expired", reason: "vanished" });

describe("task events", () => {
  it("begin with the present state alone", () => {
    const source = openTaskEvents(silent);
    expect(source.next(job(task("leased", [vanished(1), attempt(2)])))).toMatchObject([
      { state: TaskState.LEASED, attemptNumber: 2, workerId: "w" },
    ]);
  });

  it("tell nothing when nothing changed", () => {
    const source = openTaskEvents(silent);
    source.next(job(task("queued")));
    expect(source.next(job(task("queued")))).toEqual([]);
  });

  it("tell every attempt that came to nothing, also between two looks", () => {
    const source = openTaskEvents(silent);
    source.next(job(task("queued")));
    expect(source.next(job(task("leased", [vanished(1), vanished(2), attempt(3)])))).toMatchObject([
      { state: TaskState.QUEUED, attemptNumber: 1, reason: "vanished" },
      { state: TaskState.QUEUED, attemptNumber: 2, reason: "vanished" },
      { state: TaskState.LEASED, attemptNumber: 3 },
    ]);
  });

  it("tell the end once, by the task's own state and reason", () => {
    const source = openTaskEvents(silent);
    source.next(job(task("leased", [attempt(1)])));
    const failed = task("failed", [attempt(1, { outcome: "failed", reason: "no" })], "no");
    expect(source.next(job(failed))).toMatchObject([{ state: TaskState.FAILED, reason: "no" }]);
  });

  it("tell progress", () => {
    const source = openTaskEvents(silent);
    source.next(job(task("leased", [attempt(1)])));
    const further = task("leased", [attempt(1, { stage: "msm", progress: 0.5 })]);
    expect(source.next(job(further))).toMatchObject([{ stage: "msm", progress: 0.5 }]);
  });
});

describe("isDone", () => {
  it.each([
    [["accepted", "failed", "dead", "cancelled", "expired"], true],
    [["accepted", "delayed"], false],
    [["leased"], false],
    [["queued"], false],
  ] as const)("%j: %s", (states, done) => {
    expect(isDone(job(...states.map((state) => task(state))))).toBe(done);
  });
});
