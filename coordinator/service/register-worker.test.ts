import { describe, expect, it } from "vitest";
import { create } from "@bufbuild/protobuf";
import { RegisterWorkerRequestSchema } from "../../src/gen/coordinator_pb.ts";
import { nodeClassOf, parseCircuits, profileOf } from "./register-worker.ts";

describe("parseCircuits", () => {
  it.each([
    [undefined, "*"],
    ["*", "*"],
    ["", "*"],
    ["merkle,range", ["merkle_proof", "range_proof"]],
    ["addition_proof, merkle_proof ,semaphore20", ["addition", "merkle_proof", "semaphore20"]],
  ])("%s", (list, expected) => {
    expect(parseCircuits(list)).toEqual(expected);
  });

  it("names the entry that is no circuit id", () => {
    expect(() => parseCircuits("merkle,No Such")).toThrow(
      'capabilities.circuits: "No Such" was found',
    );
  });
});

describe("nodeClassOf", () => {
  it.each([
    [0, 0],
    [1, 1],
    [1_023, 10],
    [1_024, 11],
    [2_047, 11],
  ])("%i ms: %i", (selfTestMs, bucket) => {
    expect(nodeClassOf(selfTestMs)).toBe(bucket);
  });
});

describe("profileOf", () => {
  const withBudget = (memoryBudgetBytes: bigint) =>
    profileOf(
      create(RegisterWorkerRequestSchema, {
        maxConcurrentTasks: 1,
        protocolVersion: 1,
        curves: ["bn128"],
        memoryBudgetBytes,
      }),
    ).memoryBudgetBytes;

  it("takes a memory budget as far as a number is exact", () => {
    expect(withBudget(2n ** 53n - 1n)).toBe(2 ** 53 - 1);
  });

  it.each([2n ** 53n, 2n ** 64n - 1n])("refuses a memory budget of %i bytes", (bytes) => {
    expect(() => withBudget(bytes)).toThrow("memory_budget_bytes");
  });
});
