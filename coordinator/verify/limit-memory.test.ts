import { describe, expect, it } from "vitest";
import { limitMemory } from "./limit-memory.ts";

const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** A custom section named "x", the memory section and an export section: {"memory": memory 0}. */
const withMemory = (...memory: readonly number[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([
    ...header,
    ...[0, 2, 1, 0x78],
    ...[5, memory.length + 1, 1, ...memory],
    ...[7, 10, 1, 6, ...Buffer.from("memory"), 2, 0],
  ]);

type Memory = { readonly grow: (pages: number) => number };

const grown = async (module: Uint8Array, pages: number): Promise<number> => {
  const compiled = await WebAssembly.compile(module.slice());
  return (new WebAssembly.Instance(compiled, {}).exports.memory as Memory).grow(pages);
};

describe("limitMemory", () => {
  it.each([
    ["without a maximum", [0, 2]],
    ["with a larger one", [1, 2, 0xff, 0x7f]],
  ])("holds a memory %s to the limit", async (_, memory) => {
    const module = withMemory(...memory);
    expect(await grown(module, 300)).toBe(2);
    const limited = limitMemory(module, 200);
    expect(await grown(limited, 198)).toBe(2);
    await expect(grown(limited, 199)).rejects.toThrow(RangeError);
  });

  it("leaves a smaller maximum and a module without memory alone", async () => {
    expect(limitMemory(withMemory(1, 2, 3), 200)).toEqual(Buffer.from(withMemory(1, 2, 3)));
    expect(limitMemory(Uint8Array.from(header), 200)).toEqual(Uint8Array.from(header));
  });

  it("refuses what begins larger, and kinds of memory that it does not know", () => {
    expect(() => limitMemory(withMemory(0, 0xc9, 0x01), 200)).toThrow(/begins with 201 pages/u);
    expect(() => limitMemory(withMemory(4, 2), 200)).toThrow(/flags 4/u);
  });

  it("survives a module that is cut off", () => {
    const module = withMemory(1, 2, 0xff, 0x7f);
    for (let length = 0; length < module.length; length += 1) {
      expect(limitMemory(module.subarray(0, length), 200).length).toBeLessThan(64);
    }
  });
});
