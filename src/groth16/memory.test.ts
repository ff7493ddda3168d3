import { describe, expect, test } from "vitest";
import { CoreMemory } from "./memory.ts";

const memoryOf = (maximum: number): CoreMemory =>
  new CoreMemory(new WebAssembly.Memory({ initial: 1, maximum }), 1_000);

describe("the memory of the core", () => {
  test("gives blocks one after the other, each on a cache line, from the heap's base on", () => {
    const memory = memoryOf(1);
    expect([1, 64, 65, 0, 8].map((bytes) => memory.alloc(bytes))).toEqual([
      1_024, 1_088, 1_152, 1_280, 1_280,
    ]);
  });

  test("takes back down to a mark, and gives the same again", () => {
    const memory = memoryOf(1);
    const mark = memory.mark();
    const address = memory.alloc(100);
    memory.alloc(100);
    memory.release(mark);
    expect(memory.alloc(1)).toBe(address);
  });

  test("takes nothing back twice", () => {
    const memory = memoryOf(1);
    memory.alloc(64);
    const mark = memory.mark();
    memory.release(1_024);
    expect(() => memory.release(mark)).toThrow("out of order");
  });

  test("grows when it must, and shows what was written before", () => {
    const memory = memoryOf(4);
    const address = memory.alloc(4);
    memory.view().setUint32(address, 7, true);
    memory.alloc(3 * 65_536);
    expect(memory.u8().length).toBe(4 * 65_536);
    expect(memory.view().getUint32(address, true)).toBe(7);
  });

  test("shows what another grew", () => {
    const memory = memoryOf(4);
    expect(memory.u8().length).toBe(65_536);
    memory.memory.grow(1);
    expect(memory.u8().length).toBe(2 * 65_536);
    expect(memory.view().byteLength).toBe(2 * 65_536);
  });

  test("works when it is shared", () => {
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
    const memory = new CoreMemory(shared, 64);
    const before = memory.u8();
    memory.alloc(65_536);
    expect(memory.u8().length).toBe(2 * 65_536);
    memory.u8()[64] = 9;
    expect(before[64]).toBe(9);
  });

  test.each([4 * 65_536, 2 ** 32, 2 ** 40])("says when it cannot grow: %d bytes", (bytes) => {
    const memory = memoryOf(4);
    const mark = memory.mark();
    expect(() => memory.alloc(bytes)).toThrow(
      expect.objectContaining({ code: "out_of_memory" }) as Error,
    );
    expect(memory.mark()).toBe(mark);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("takes no size of %d", (bytes) => {
    expect(() => memoryOf(4).alloc(bytes)).toThrow("cannot take");
  });
});
