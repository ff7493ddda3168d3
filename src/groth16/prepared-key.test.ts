import { beforeAll, describe, expect, test } from "vitest";
import { readBuiltInCircuit } from "../testing/circuits.ts";
import { createReferenceKernel, openReferenceCurve } from "../testing/reference-kernel.ts";
import type { Bases, Kernel } from "./kernel.ts";
import { CoreMemory } from "./memory.ts";
import { prepareKey, type PreparedKey } from "./prepared-key.ts";
import { readZkey, type Zkey } from "./zkey.ts";

/** A point and the number of its scalar. */
type Pair = readonly [point: string, scalar: number];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** What must come of a section: all of its points but infinity, in order. */
const finiteOf = (section: Uint8Array, pointBytes: number, firstScalar = 0): Pair[] =>
  Array.from({ length: section.length / pointBytes }, (_, index): Pair => {
    const at = index * pointBytes;
    return [hex(section.subarray(at, at + pointBytes)), firstScalar + index];
  }).filter(([point]) => !/^0*$/.test(point));

describe("a prepared key", () => {
  // Its B has 3,000 runs of points, more than are converted in one call.
  const zkey: Zkey = readZkey(readBuiltInCircuit("merkle_proof").zkeyBytes);
  const { header, bases, wires, publicSignals } = zkey;
  let memory: CoreMemory;
  let kernel: Kernel;
  let key: PreparedKey;

  beforeAll(async () => {
    memory = new CoreMemory(new WebAssembly.Memory({ initial: 1 }), 64);
    kernel = createReferenceKernel(await openReferenceCurve("bn128"), memory);
    key = prepareKey(zkey, { memory, kernel }, { withB1: true });
  });

  const pairsOf = ({ points, indices, count }: Bases, pointBytes: number): Pair[] =>
    Array.from({ length: count }, (_, index): Pair => {
      const at = points + index * pointBytes;
      const scalar = memory.view().getUint32(indices + 4 * index, true);
      return [hex(memory.u8().subarray(at, at + pointBytes)), scalar];
    });

  test("has every finite base with its scalar, and the header's points behind them", () => {
    const [one, slots] = [0, wires];
    expect(pairsOf(key.bases.a, 64)).toEqual([
      ...finiteOf(bases.a, 64),
      [hex(header.alpha1), one],
      [hex(header.delta1), slots],
    ]);
    expect(key.bases.b1 && pairsOf(key.bases.b1, 64)).toEqual([
      ...finiteOf(bases.b1, 64),
      [hex(header.beta1), one],
      [hex(header.delta1), slots + 1],
    ]);
    expect(pairsOf(key.bases.b2, 128)).toEqual([
      ...finiteOf(bases.b2, 128),
      [hex(header.beta2), one],
      [hex(header.delta2), slots + 1],
    ]);
    expect(pairsOf(key.bases.c, 64)).toEqual([
      ...finiteOf(bases.c, 64, publicSignals + 1),
      [hex(header.delta1), slots + 2],
    ]);
    expect(pairsOf(key.bases.h, 64)).toEqual(finiteOf(bases.h, 64));
  });

  test("drops infinity, of which B has much", () => {
    expect(key.bases.b2.count).toBeLessThan(0.8 * wires);
    expect(key.bases.b1?.count).toBe(key.bases.b2.count);
  });

  test("has no B1 unless it is asked for", () => {
    const mark = memory.mark();
    expect(prepareKey(zkey, { memory, kernel }).bases).not.toHaveProperty("b1");
    memory.release(mark);
  });

  test("takes no memory when it fails", () => {
    const mark = memory.mark();
    const writeQuotient = (): never => {
      throw new RangeError("no");
    };
    const prepare = () => prepareKey(zkey, { memory, kernel: { ...kernel, writeQuotient } });
    expect(prepare).toThrow("no");
    expect(memory.mark()).toBe(mark);
  });
});
