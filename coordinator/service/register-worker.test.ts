import { describe, expect, it } from "vitest";
import { nodeClassOf, parseCircuits } from "./register-worker.ts";

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
