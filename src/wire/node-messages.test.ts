import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { attemptId, circuitId, sessionId, taskId, workerId } from "../domain/ids.ts";
import type { Beat } from "../domain/session.ts";
import {
  AttemptStage,
  HeartbeatRequestSchema,
  HeartbeatResponseSchema,
  NodeState,
  RegisterWorkerResponseSchema,
  TaskAssignmentSchema,
  TaskCompletionResponseSchema,
  TaskFailureResponseSchema,
  Verdict,
  WantedState,
} from "../gen/coordinator_pb.ts";
import { task } from "../testing/node.ts";
import { someProof, the } from "../testing/prover.ts";
import { fromTaskAssignment } from "./assignment.ts";
import { fromHeartbeatResponse, heartbeatFrame, toHeartbeatRequest } from "./heartbeat.ts";
import { fromRegisterResponse } from "./register.ts";
import { fromCompletionResponse, fromFailureResponse, toCompletionRequest } from "./report.ts";

const beat = (attempts: number, durations = 0): Beat => ({
  workerId: the(workerId("node-1")),
  sessionId: the(sessionId("s1")),
  token: "token",
  unixMs: 1_700_000_000_999,
  sequence: 3,
  intake: "active",
  reason: "",
  attempts: Array.from({ length: attempts }, (_, index) => ({
    attemptId: the(attemptId(index.toString(16).padStart(32, "0"))),
    taskId: the(taskId(`t_${"x".repeat(40)}${String(index)}`)),
    progress: { stage: "msm", share: 0.5, elapsedMs: 1_234 },
  })),
  metrics: {
    activeTasks: 1,
    queuedTasks: 0,
    completed: 1,
    failed: 0,
    proofDurations: Array.from({ length: durations }, () => ({
      circuitId: the(circuitId("merkle_proof")),
      ms: 2_000,
    })),
    calls: [],
    streamOpenMs: 5,
  },
  slots: 2,
  returned: [],
});

describe("a heartbeat", () => {
  it("as a frame is a flag, the length in four bytes, and the message", () => {
    const frame = heartbeatFrame(beat(1));
    expect(frame[0]).toBe(0);
    expect(new DataView(frame.buffer).getUint32(1)).toBe(frame.length - 5);
    const message = fromBinary(HeartbeatRequestSchema, frame.subarray(5));
    expect(message).toMatchObject({
      workerId: "node-1",
      sessionId: "s1",
      timestamp: 1_700_000_000n,
      state: NodeState.ACTIVE,
      attempts: [{ stage: AttemptStage.MSM, elapsedMs: 1_234 }],
    });
  });

  it("never passes 16 KiB, and never leaves out an attempt", () => {
    for (const full of [beat(10, 5_000), beat(257, 256)]) {
      const message = toHeartbeatRequest(full);
      expect(toBinary(HeartbeatRequestSchema, message).length).toBeLessThanOrEqual(16 * 1024 - 5);
      expect(message.attempts).toHaveLength(full.attempts.length);
    }
  });

  it("is answered with words; a value of a newer coordinator says nothing", () => {
    const answer = create(HeartbeatResponseSchema, {
      success: true,
      lostAttempts: ["a_1", "no attempt!"],
      wantedState: WantedState.PAUSED,
      serverTimeMs: 5n,
    });
    expect(fromHeartbeatResponse(answer)).toEqual({
      lost: ["a_1"],
      wanted: "paused",
      serverUnixMs: 5,
      reregister: false,
    });
    // An open enum: numbers that are not named here come through.
    const newer = Object.assign(create(HeartbeatResponseSchema), { wantedState: 99 });
    expect(fromHeartbeatResponse(newer).wanted).toBe("as-is");
  });
});

describe("a registration's answer", () => {
  it("has defaults for what an older coordinator does not say", () => {
    const response = create(RegisterWorkerResponseSchema, { success: true, sessionId: "s1" });
    expect(fromRegisterResponse(response)).toMatchObject({
      heartbeatIntervalMs: 5_000,
      leaseTtlMs: 90_000,
      streamKeepaliveMs: 10_000,
      lost: [],
    });
  });

  it.each([
    [{ success: false, message: "taken" }, "registration rejected: taken"],
    [{ success: true, sessionId: "s1", minimumProtocolVersion: 2 }, /reload the page/],
    [{ success: true, sessionId: "" }, /session_id/],
  ])("that is no yes is a failure: %j", (response, message) => {
    const read = () => fromRegisterResponse(create(RegisterWorkerResponseSchema, response));
    expect(read).toThrow(message);
  });
});

describe("a message of the task stream", () => {
  const read = (change: object) =>
    fromTaskAssignment(create(TaskAssignmentSchema, { ...task(1), ...change }));

  it("is a task with its words", () => {
    expect(read({})).toMatchObject({
      type: "task",
      assignment: { taskId: "t_1", circuitId: "addition", hardLimitMs: 600_000 },
    });
  });

  it.each([
    [{ taskId: "t 1" }, "task_id"],
    [{ circuitType: "Addition!" }, "circuit_type"],
    [{ circuitDigest: new Uint8Array(3) }, "circuit_digest"],
  ])("without its form names the field, and the attempt to give back: %j", (change, field) => {
    const message = read(change);
    expect(message).toMatchObject({ type: "malformed", attemptId: task(1).attemptId });
    expect(message.type === "malformed" && message.message).toContain(field);
  });

  it("without a task is a keepalive, or a control message", () => {
    expect(fromTaskAssignment(create(TaskAssignmentSchema, {}))).toEqual({ type: "keepalive" });
    const control = { cancelAttempts: ["a_1"], drain: true, wantedState: WantedState.ACTIVE };
    expect(fromTaskAssignment(create(TaskAssignmentSchema, { control }))).toEqual({
      type: "control",
      cancel: ["a_1"],
      drain: true,
      reregister: false,
      wanted: "active",
    });
  });
});

describe("a report", () => {
  it("carries proof, metadata and public signals in their fixed forms", () => {
    const assignment = {
      taskId: the(taskId("t_1")),
      attemptId: the(attemptId("a_1")),
      ticket: new Uint8Array([1]),
      circuitId: the(circuitId("addition")),
      zkeyDigest: "" as never,
      project: { name: "", purpose: "", url: "", practice: false },
    };
    const report = { kind: "completion", assignment, proof: someProof } as const;
    const request = toCompletionRequest({ workerId: the(workerId("node-1")), report });
    expect(request.proofData).toHaveLength(256);
    expect(JSON.parse(new TextDecoder().decode(request.proofMetadataJson))).toEqual({
      protocol: "groth16",
      curve: "bn128",
      publicSignals: ["5"],
    });
    expect([...request.publicSignals.slice(30)]).toEqual([0, 5]);
    expect(request.durationMs).toBe(1_000n);
  });

  it("is answered by a verdict, or by the original's success alone", () => {
    const completion = (init: object) =>
      fromCompletionResponse(create(TaskCompletionResponseSchema, init)).verdict;
    expect(completion({ verdict: Verdict.DUPLICATE })).toBe("duplicate");
    expect(completion({ success: true })).toBe("accepted");
    expect(completion({ success: false })).toBe("rejected");
    const failure = create(TaskFailureResponseSchema, { success: true });
    expect(fromFailureResponse(failure).verdict).toBe("requeued");
  });

  it("whose verdict is not known here is no verdict: the proof must not be forgotten", () => {
    const newer = Object.assign(create(TaskCompletionResponseSchema), { verdict: 99 });
    expect(() => fromCompletionResponse(newer)).toThrow(/verdict 99/);
  });
});
