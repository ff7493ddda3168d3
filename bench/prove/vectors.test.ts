import { describe, expect, it } from "vitest";
import { fromVectors, toVectors } from "./vectors.ts";

describe("toVectors", () => {
  const elements = Uint8Array.from({ length: 64 }, (_, index) => index);

  it("lets the limbs of a vector's elements alternate", () => {
    const vectors = toVectors(elements, { lanes: 2, bytes: 16 });
    expect([...vectors.subarray(0, 32)]).toEqual(
      [0, 16, 8, 24].flatMap((at) => [...elements.subarray(at, at + 8)]),
    );
  });

  it.each([1, 2, 4])("is undone by fromVectors, with %s lanes", (lanes) => {
    const layout = { lanes, bytes: 16 };
    const vectors = toVectors(elements, layout);
    expect(fromVectors(vectors, layout)).toEqual(elements);
    expect(vectors.join() === elements.join()).toBe(lanes === 1);
  });
});
