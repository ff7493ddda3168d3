import { describe, expect, it } from "vitest";
import type { PreparedPrimitive } from "./primitives.ts";
import { requireSameBytes, requireSameResults } from "./same-results.ts";

/** Gives its result only when it has been run. */
const giving = (...numbers: readonly bigint[]): PreparedPrimitive => {
  let given: readonly bigint[] = [];
  return {
    run: () => {
      given = numbers;
    },
    result: () => given,
  };
};

const compare = (...results: readonly PreparedPrimitive[]): Promise<void> =>
  requireSameResults(
    { label: "NTT" },
    new Map(results.map((result, index) => [`competitor ${index}`, result])),
  );

describe("requireSameResults", () => {
  it("takes competitors that agree", async () => {
    await expect(compare(giving(1n, 2n), giving(1n, 2n))).resolves.toBeUndefined();
  });

  it.each([
    ["another number", giving(1n, 3n)],
    ["fewer numbers", giving(1n)],
    ["the same in another order", giving(2n, 1n)],
    ["nothing", giving()],
  ])("stops at who gives %s", async (_what, wrong) => {
    await expect(compare(giving(1n, 2n), giving(1n, 2n), wrong)).rejects.toThrow(
      "competitor 2 gives another result than competitor 0: NTT",
    );
  });
});

describe("requireSameBytes", () => {
  const bytes = Uint8Array.of(1, 2, 3);

  it("takes the same bytes", () => {
    expect(() => requireSameBytes("it", bytes, bytes.slice())).not.toThrow();
  });

  it.each([
    ["another byte", Uint8Array.of(1, 2, 4)],
    ["fewer bytes", Uint8Array.of(1, 2)],
    ["more bytes", Uint8Array.of(1, 2, 3, 0)],
  ])("stops at %s", (_what, other) => {
    expect(() => requireSameBytes("the witness", other, bytes)).toThrow(
      "the witness is not what it should be",
    );
  });
});
