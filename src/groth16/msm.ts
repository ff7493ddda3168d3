/**
 * Sums of scalar times point, by buckets. A scalar is cut into windows of signed digits; each window's points are sorted
 * into buckets by their digits; all buckets are summed at once by batches of affine additions; so are the buckets' worths.
 * What is left, a few hundred points that weigh a power of two each, is added up here.
 */
import type { CurveId, KernelLayout, MsmExports } from "../../kernels/layout.ts";
import { basePrime, scalarPrime } from "../domain/circuit.ts";
import type { G1Point, G2Point } from "./bigint-curve.ts";
import { primeField, quadraticField, type BigintField, type Fq2 } from "./bigint-field.ts";
import { JacobianArithmetic, type AffinePoint, type Point } from "./jacobian.ts";
import type { Bases, OnProgress, Sums } from "./kernel.ts";
import type { CoreMemory } from "./memory.ts";
import {
  biasOf,
  shapeOf,
  scratchFor,
  takeMemory,
  takeScalars,
  windowFor,
  type MsmMemory,
  type MsmShape,
} from "./msm-plan.ts";
import { SCALAR_BYTES } from "./zkey.ts";

export type MsmCore = {
  readonly exports: MsmExports;
  readonly memory: CoreMemory;
  readonly layout: Pick<KernelLayout, "curve" | "lanes" | "g1Bytes" | "g2Bytes">;
};

export const createG1Sums = (core: MsmCore): Sums<G1Point> => {
  const { curve, g1Bytes } = core.layout;
  return createSums(core, {
    ...{ prefix: "g1", pointBytes: g1Bytes, budget: 2 ** 16, degree: 1 },
    field: primeField(basePrime[curve]),
    coordinate: ([c0 = 0n]) => c0,
  });
};

export const createG2Sums = (core: MsmCore): Sums<G2Point> => {
  const { curve, g2Bytes } = core.layout;
  return createSums<Fq2>(core, {
    ...{ prefix: "g2", pointBytes: g2Bytes, budget: 2 ** 14, degree: 2 },
    field: quadraticField(primeField(basePrime[curve])),
    coordinate: ([c0 = 0n, c1 = 0n]) => [c0, c1],
  });
};

type Group<Coordinate> = {
  readonly prefix: "g1" | "g2";
  readonly pointBytes: number;
  /** Additions in one call: some 20 ms. */
  readonly budget: number;
  readonly degree: 1 | 2;
  readonly field: BigintField<Coordinate>;
  readonly coordinate: (parts: readonly bigint[]) => Coordinate;
};

const createSums = <Coordinate>(
  core: MsmCore,
  group: Group<Coordinate>,
): Sums<Point<Coordinate>> => ({
  pointBytes: group.pointBytes,
  fromZkey: ({ into, from, count }) => {
    core.exports[`${group.prefix}FromZkey`](into, from, count);
  },
  sum: async (bases, scalars, onProgress = () => undefined) => {
    if (bases.count === 0) return "infinity";
    const { memory } = core;
    const mark = memory.mark();
    try {
      return await new Msm(core, group, { bases, scalars }).run(onProgress);
    } finally {
      memory.release(mark);
    }
  },
});

/** What a sum over so many bases takes at most, whatever its scalars: bytes. */
export const msmScratchBytes = (
  layout: MsmCore["layout"],
  group: "g1" | "g2",
  count: number,
): number => {
  if (count === 0) return 0;
  const [pointBytes, degree] = group === "g1" ? [layout.g1Bytes, 1] : [layout.g2Bytes, 2];
  return scratchFor(count, scalarBitsOf(layout.curve), sizesOf(layout, { pointBytes, degree }));
};

const wordBytesOf = (curve: CurveId): number =>
  8 * Math.ceil(basePrime[curve].toString(16).length / 16);

/** Scalars above r / 2 are taken as negative ones. */
const scalarBitsOf = (curve: CurveId): number => scalarPrime[curve].toString(2).length - 1;

const sizesOf = (
  { curve, lanes }: MsmCore["layout"],
  { pointBytes, degree }: { readonly pointBytes: number; readonly degree: number },
) => ({ lanes, pointBytes, wordBytes: 2 * degree * wordBytesOf(curve) });

type Job = { readonly bases: Bases; readonly scalars: number };
type Weighted<Coordinate> = { readonly exponent: number; readonly point: AffinePoint<Coordinate> };

type Windows = { readonly first: number; readonly number: number };

class Msm<Coordinate> {
  readonly #core: MsmCore;
  readonly #group: Group<Coordinate>;
  readonly #bases: Bases;
  readonly #scalars: number;
  readonly #scalarBits: number;
  readonly #shape: MsmShape;
  readonly #at: MsmMemory;
  readonly #wordBytes: number;

  constructor(core: MsmCore, group: Group<Coordinate>, { bases, scalars }: Job) {
    const { exports, layout, memory } = core;
    const { count, indices } = bases;
    this.#core = core;
    this.#group = group;
    this.#bases = bases;
    this.#wordBytes = wordBytesOf(layout.curve);
    this.#scalarBits = scalarBitsOf(layout.curve);
    const { bias, scalars: recoded } = takeScalars(memory, count);
    this.#scalars = recoded;
    const bits = exports.msmScalars(this.#scalars, scalars, indices, count) ?? 0;
    this.#shape = shapeOf(count, windowFor(count, bits / count), this.#scalarBits);
    memory.u8().set(biasOf(this.#shape), bias);
    exports.msmRecode(this.#scalars, count, bias);
    this.#at = takeMemory(memory, this.#shape, sizesOf(layout, group));
  }

  async run(onProgress: OnProgress): Promise<Point<Coordinate>> {
    const { windows, together, chunk, half } = this.#shape;
    const { count } = this.#bases;
    const weighted: Weighted<Coordinate>[] = [];
    for (let first = 0; first < windows; first += together) {
      const number = Math.min(together, windows - first);
      this.#clear(this.#at.buckets, number * half);
      for (let from = 0; from < count; from += chunk) {
        const done = Math.min(from + chunk, count);
        this.#addPoints({ first, number }, from, done);
        await onProgress((first + (number * done) / count) / windows);
      }
      weighted.push(...this.#weigh({ first, number }));
    }
    return this.#addUp(weighted);
  }

  /** Adds the points from `from` to below `to` to the buckets of some windows. */
  #addPoints({ first, number }: Windows, from: number, to: number): void {
    const { exports } = this.#core;
    const { bits, chunk, half, windows } = this.#shape;
    const { digits, lengths, work } = this.#at;
    const { pointBytes } = this.#group;
    const count = to - from;
    const scalars = this.#scalars + from * SCALAR_BYTES;
    const points = this.#bases.points + from * pointBytes;
    this.#clear(lengths, number * half);
    for (let window = 0; window < number; window += 1) {
      const bit = (first + window) * bits;
      const isLast = first + window === windows - 1;
      const width = isLast ? this.#scalarBits + 1 - bit : bits;
      const into = digits + 2 * chunk * window;
      const bias = isLast ? 0 : half;
      exports.msmDigits(work, into, scalars, count, bit, width, bias, window * half);
    }
    exports.msmOffsets(work, number * half);
    for (let window = 0; window < number; window += 1) {
      const from = digits + 2 * chunk * window;
      exports.msmPlace(work, from, count, points, pointBytes, window * half);
    }
    this.#sumLists();
    exports.msmKeep(work, pointBytes);
  }

  /** The worth of some windows' buckets, as points that weigh powers of two. */
  #weigh({ first, number }: Windows): readonly Weighted<Coordinate>[] {
    const { exports, memory } = this.#core;
    const { bits, half, gridBits, rowBits, rows } = this.#shape;
    const { work, sums } = this.#at;
    exports.msmGrid(work, number, half, gridBits);
    this.#sumLists();
    exports.msmSums(work, sums);
    exports.msmBits(work, sums, number, rows, gridBits, rowBits);
    this.#sumLists();
    exports.msmSums(work, sums);
    const exponents: number[] = [];
    const each = gridBits + rowBits;
    for (let list = 0; list < number * each; list += 1) {
      const pointer = memory.view().getUint32(sums + 4 * list, true);
      if (pointer === 0) continue;
      // Pointers close up, so that only finite points are read.
      memory.view().setUint32(sums + 4 * exponents.length, pointer, true);
      exponents.push((first + Math.floor(list / each)) * bits + (list % each));
    }
    const points = this.#read(exponents.length);
    return points.map((point, index) => ({ point, exponent: exponents[index] ?? 0 }));
  }

  /** The first `count` points that `sums` names. */
  #read(count: number): readonly AffinePoint<Coordinate>[] {
    if (count === 0) return [];
    const { exports, memory } = this.#core;
    const { prefix, degree, coordinate } = this.#group;
    const { sums, words } = this.#at;
    exports[`${prefix}PointsToWords`](words, sums, count);
    const view = memory.view();
    const part = (index: number): bigint => {
      let value = 0n;
      for (let byte = this.#wordBytes - 8; byte >= 0; byte -= 8) {
        value = (value << 64n) + view.getBigUint64(words + index * this.#wordBytes + byte, true);
      }
      return value;
    };
    return Array.from({ length: count }, (_, index) => {
      const parts = Array.from({ length: 2 * degree }, (_, k) => part(2 * degree * index + k));
      return { x: coordinate(parts.slice(0, degree)), y: coordinate(parts.slice(degree)) };
    });
  }

  #addUp(weighted: readonly Weighted<Coordinate>[]): Point<Coordinate> {
    const curve = new JacobianArithmetic(this.#group.field);
    const byExponent = new Map<number, AffinePoint<Coordinate>[]>();
    for (const { exponent, point } of weighted) {
      byExponent.set(exponent, [...(byExponent.get(exponent) ?? []), point]);
    }
    let sum = curve.infinity;
    for (let exponent = Math.max(0, ...byExponent.keys()); exponent >= 0; exponent -= 1) {
      sum = curve.double(sum);
      for (const point of byExponent.get(exponent) ?? []) {
        sum = curve.add(sum, curve.lift(point));
      }
    }
    return curve.drop(sum);
  }

  #sumLists(): void {
    const { prefix, budget } = this.#group;
    while (this.#core.exports[`${prefix}Sum`](this.#at.work, budget) !== 0);
  }

  /** Sets `count` words to 0. */
  #clear(address: number, count: number): void {
    this.#core.memory.u8().fill(0, address, address + 4 * count);
  }
}
