import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../src/gen/proving/v1/error_pb.ts";
import { CliFailure, exitCodes, isTransient } from "./failure.ts";

describe("CliFailure.from", () => {
  it.each([
    [Code.InvalidArgument, "refused"],
    [Code.FailedPrecondition, "refused"],
    [Code.AlreadyExists, "refused"],
    [Code.NotFound, "notFound"],
    [Code.Unauthenticated, "unauthorised"],
    [Code.PermissionDenied, "unauthorised"],
    [Code.ResourceExhausted, "busy"],
    [Code.Unavailable, "unreachable"],
    [Code.DeadlineExceeded, "unreachable"],
    [Code.Internal, "internal"],
  ] as const)("gRPC code %d exits as %s", (code, exit) => {
    expect(CliFailure.from(new ConnectError("no", code)).exit).toBe(exit);
  });

  it("says what the coordinator said: field, problem, remedy, when to try again", () => {
    const detail = {
      reason: "INPUT_OUT_OF_RANGE",
      field: "inputs[3].leaf_index",
      problem: "9 was found",
      remedy: "it must be 0 to 3",
      retryAfterMs: 1500n,
    };
    const error = new ConnectError("x", Code.InvalidArgument, undefined, [
      { desc: ErrorInfoSchema, value: detail },
    ]);
    expect(CliFailure.from(error)).toMatchObject({
      message: "inputs[3].leaf_index: 9 was found; it must be 0 to 3; try again in 1.5 s",
      reason: "INPUT_OUT_OF_RANGE",
      field: "inputs[3].leaf_index",
      remedy: "it must be 0 to 3",
    });
  });

  it("takes a connection that broke in the middle for unreachable", () => {
    const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    const broken = new ConnectError("read ECONNRESET", Code.Unknown, undefined, undefined, cause);
    expect(isTransient(broken)).toBe(true);
    expect(isTransient(new ConnectError("what?", Code.Unknown))).toBe(false);
  });

  it("has a code of its own for each exit", () => {
    const codes = Object.values(exitCodes);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
