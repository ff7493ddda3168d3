import { describe, expect, it } from "vitest";
import { openMsmCore } from "../../src/testing/msm-core.ts";
import { seededRandom } from "../../src/testing/random.ts";
import { endomorphisms } from "../curve/endomorphism.ts";
import { curveParameters } from "../curves.ts";
import { decompose, decompositionOf } from "./decomposition.ts";

const groups = (["bn254", "bls12381"] as const).flatMap((name) =>
  (["g1", "g2"] as const).map((group) => ({ name, group })),
);

/** Any, and those at the edges: of the range, of what is short, and near multiples of the eigenvalue. */
const scalarsOf = (order: bigint, bits: number, eigenvalue: bigint): readonly bigint[] => {
  const random = seededRandom(23);
  const any = (): bigint => {
    let value = 0n;
    for (let part = 0; part < 9; part += 1) {
      value = (value << 32n) + BigInt(Math.floor(random() * 2 ** 32));
    }
    return value % order;
  };
  const short = 1n << BigInt(bits);
  const near = [1n, 2n, 3n, short / 2n].map((k) => (((k * eigenvalue) % order) + order) % order);
  const half = (order - 1n) / 2n;
  const edges = [0n, 1n, 2n, short - 1n, short, short + 1n, half, half - 1n, ...near];
  const powers = Array.from({ length: 254 }, (_, k) => 1n << BigInt(k));
  const all = [...edges, ...powers, ...Array.from({ length: 300 }, any)];
  return all.flatMap((scalar) => [scalar, order - scalar]).filter((scalar) => scalar <= half);
};

describe.each(groups)("scalars of $group of $name", ({ name, group }) => {
  const { r } = curveParameters[name];
  const map = endomorphisms[name][group];
  const decomposition = decompositionOf(map, r);
  const { bits, steps } = decomposition;
  const scalars = scalarsOf(r, bits, map.eigenvalue);

  it("are the sums of their parts times powers of the eigenvalue", () => {
    for (const scalar of scalars) {
      const parts = decompose(decomposition, scalar);
      const sum = parts.reduceRight((total, part) => total * map.eigenvalue + part, 0n);
      expect((sum - scalar) % r).toBe(0n);
    }
  });

  it("have parts as short as was proven, and no shorter by far", () => {
    const parts = scalars.flatMap((scalar) => decompose(decomposition, scalar));
    const longest = parts.reduce((most, part) => {
      const size = part < 0n ? -part : part;
      return size > most ? size : most;
    }, 0n);
    expect(longest).toBeLessThan(1n << BigInt(bits));
    expect(longest).toBeGreaterThan(1n << BigInt(bits - 3));
  });

  it("negative control: longer vectors prove longer parts", () => {
    const [first = [], second = [], ...others] = map.lattice;
    const skewed = first.map((part, index) => part + 1_000n * (second[index] ?? 0n));
    const longer = decompositionOf({ ...map, lattice: [skewed, second, ...others] }, r);
    expect(longer.bits).toBeGreaterThan(bits + 7);
  });

  it("become the same terms in WebAssembly, signs and points included", () => {
    const core = openMsmCore(name === "bn254" ? "bn128" : "bls12381", "scalar9");
    if (core === undefined) throw new Error("every engine runs scalar9");
    const { memory, exports, layout } = core;
    const bytes = group === "g1" ? layout.g1Bytes : layout.g2Bytes;
    const count = scalars.length;
    const [work, bias, from] = [memory.alloc(128), memory.alloc(16), memory.alloc(32 * count)];
    const termScalars = memory.alloc(16 * steps.length * count);
    const termPoints = memory.alloc(4 * steps.length * count);
    const sources = memory.alloc(4 * count);
    const view = memory.view();
    const [points, images] = [2 ** 20, 2 ** 24];
    [termScalars, termPoints, sources, images].forEach((word, index) =>
      view.setUint32(work + 36 + 4 * index, word, true),
    );
    const isNegative = (index: number): boolean => index % 3 === 0;
    scalars.forEach((scalar, index) => {
      for (let word = 0; word < 4; word += 1) {
        const part = BigInt.asUintN(64, scalar >> BigInt(64 * word));
        view.setBigUint64(from + 32 * index + 8 * word, part, true);
      }
      const top = from + 32 * index + 31;
      if (isNegative(index)) view.setUint8(top, view.getUint8(top) | 0x80);
    });
    const added = (5n << 100n) + 3n;
    view.setBigUint64(bias, BigInt.asUintN(64, added), true);
    view.setBigUint64(bias + 8, added >> 64n, true);
    exports[`${group}Split`](work, from, points, count, bias);

    let long = 0;
    const expected = scalars.flatMap((scalar, index) => {
      const own = points + index * bytes;
      const isShort = scalar < 1n << BigInt(bits);
      const first = images + long * (steps.length - 1) * bytes;
      if (!isShort) long += 1;
      const parts = isShort ? [scalar] : decompose(decomposition, scalar);
      return parts.flatMap((part, power) => {
        const at = power === 0 ? own : first + (power - 1) * bytes;
        const sign = part < 0n !== isNegative(index) ? 1 : 0;
        return part === 0n ? [] : [{ point: at + sign, value: (part < 0n ? -part : part) + added }];
      });
    });
    const given = expected.map((_, index) => ({
      point: view.getUint32(termPoints + 4 * index, true),
      value:
        view.getBigUint64(termScalars + 16 * index, true) +
        (view.getBigUint64(termScalars + 16 * index + 8, true) << 64n),
    }));
    expect(given).toEqual(expected);
    const [terms, listed] = [view.getUint32(work + 56, true), view.getUint32(work + 60, true)];
    expect([terms, listed]).toEqual([expected.length, long]);
  });
});
