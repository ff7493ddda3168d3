import { describe, expect, it } from "vitest";
import { attemptId, workerId } from "../../src/domain/ids.ts";
import { openGuard } from "./guard.ts";

const known = <Id>(id: Id | undefined): Id => id ?? expect.unreachable("malformed id in a test");
const far = { address: "203.0.113.7", forwarded: false };
const near = { address: "127.0.0.1", forwarded: false };
const worker = known(workerId("w"));

const open = () =>
  openGuard(
    { max_enrolments_per_hour: 2, max_reports_per_minute: 3, max_watchers_per_address: 1 },
    () => 0,
  );

const refusal = (what: RegExp) =>
  expect.objectContaining({
    kind: "exhausted",
    reason: "RATE_LIMITED",
    problem: expect.stringMatching(what) as string,
    retryAfterMs: expect.any(Number) as number,
  }) as Error;

describe("a guard", () => {
  it("bounds new workers per address; those that were known do not count", () => {
    const guard = open();
    for (let times = 0; times < 5; times += 1) guard.enrolment(far)();
    guard.enrolment(far);
    guard.enrolment(far);
    expect(() => guard.enrolment(far)).toThrow(refusal(/new workers/u));
    expect(() => guard.enrolment({ ...far, address: "203.0.113.8" })).not.toThrow();
  });

  it("bounds reports per worker", () => {
    const guard = open();
    for (let times = 0; times < 3; times += 1) guard.report(worker, far);
    expect(() => guard.report(worker, far)).toThrow(refusal(/reports/u));
    expect(() => guard.report(known(workerId("other")), far)).not.toThrow();
  });

  it("bounds streams of figures per address", () => {
    const guard = open();
    const end = guard.watcher(far);
    expect(() => guard.watcher(far)).toThrow(refusal(/streams/u));
    end();
    expect(() => guard.watcher(far)).not.toThrow();
  });

  it("leaves this machine alone", () => {
    const guard = open();
    for (let times = 0; times < 10; times += 1) {
      guard.enrolment(near);
      guard.report(worker, near);
      guard.watcher(near);
    }
  });

  it("remembers why an attempt's proof was rejected", () => {
    const guard = open();
    const attempt = known(attemptId("a1"));
    expect(guard.rejection(attempt)).toBeUndefined();
    guard.noteRejection(attempt, "wrong");
    expect(guard.rejection(attempt)).toBe("wrong");
  });
});
