/**
 * Sums of scalar times point, by buckets. A scalar is cut into windows of signed digits; each window's points are sorted
 * into buckets by their digits; all buckets are summed at once by batches of affine additions; so are the buckets' worths.
 * What is left, a few hundred points that weigh a power of two each, is added up here.
 */
import type { CurveId, KernelLayout, MsmExports } from "../../kernels/layout.ts";
import { basePrime } from "../domain/circuit.ts";
import type { G1Point, G2Point } from "./bigint-curve.ts";
import { primeField, quadraticField, type BigintField, type Fq2 } from "./bigint-field.ts";
import { JacobianArithmetic, type AffinePoint, type Point } from "./jacobian.ts";
import type { Bases, OnProgress, Sums } from "./kernel.ts";
import type { CoreMemory } from "./memory.ts";
import {
  partsOf,
  scratchFor,
  shapeOf,
  takeMemory,
  takeScalars,
  tunings,
  turnTo,
  windowFor,
  type GroupId,
  type MsmGroup,
  type MsmMemory,
  type MsmShape,
  type Tuning,
} from "./msm-plan.ts";
import { SCALAR_BYTES } from "./zkey.ts";

export type MsmCore = {
  readonly exports: MsmExports;
  readonly memory: CoreMemory;
  readonly layout: Pick<KernelLayout, "curve" | "lanes" | "g1Bytes" | "g2Bytes">;
};

export const createG1Sums = (core: MsmCore, tuning: Tuning = tunings.g1): Sums<G1Point> =>
  createSums(core, {
    ...groupOf(core.layout, "g1", tuning),
    ...{ prefix: "g1", budget: 2 ** 16, degree: 1 },
    field: primeField(basePrime[core.layout.curve]),
    coordinate: ([c0 = 0n]) => c0,
  });

export const createG2Sums = (core: MsmCore, tuning: Tuning = tunings.g2): Sums<G2Point> =>
  createSums<Fq2>(core, {
    ...groupOf(core.layout, "g2", tuning),
    ...{ prefix: "g2", budget: 2 ** 14, degree: 2 },
    field: quadraticField(primeField(basePrime[core.layout.curve])),
    coordinate: ([c0 = 0n, c1 = 0n]) => [c0, c1],
  });

type Group<Coordinate> = MsmGroup & {
  readonly prefix: GroupId;
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

/** What a sum over so many bases or fewer takes at most, whatever its scalars: bytes. */
export const msmScratchBytes = (
  layout: MsmCore["layout"],
  group: GroupId,
  count: number,
): number => (count === 0 ? 0 : scratchFor(groupOf(layout, group, tunings[group]), count));

/** Bytes of a coordinate's integer. */
const wordBytesOf = (curve: CurveId): number =>
  8 * Math.ceil(basePrime[curve].toString(16).length / 16);

const groupOf = (layout: MsmCore["layout"], group: GroupId, tuning: Tuning): MsmGroup => {
  const { curve, lanes, g1Bytes, g2Bytes } = layout;
  const [pointBytes, degree] = group === "g1" ? [g1Bytes, 1] : [g2Bytes, 2];
  const wordBytes = 2 * degree * wordBytesOf(curve);
  return { parts: partsOf[curve][group], tuning, lanes, pointBytes, wordBytes };
};

type Job = { readonly bases: Bases; readonly scalars: number };
type Weighted<Coordinate> = { readonly exponent: number; readonly point: AffinePoint<Coordinate> };

type Windows = { readonly first: number; readonly number: number };

class Msm<Coordinate> {
  readonly #core: MsmCore;
  readonly #group: Group<Coordinate>;
  readonly #bases: Bases;
  readonly #scalars: number;
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
    this.#scalars = takeScalars(memory, count);
    const bits = exports.msmScalars(this.#scalars, scalars, indices, count) ?? 0;
    this.#shape = shapeOf(group, count, windowFor(group.tuning, count, bits / count));
    this.#at = takeMemory(memory, this.#shape, group);
  }

  async run(onProgress: OnProgress): Promise<Point<Coordinate>> {
    const { windows, together, chunk, half } = this.#shape;
    const { count } = this.#bases;
    const groups: readonly Windows[] = Array.from(
      { length: Math.ceil(windows / together) },
      (_, index) => {
        const first = index * together;
        return { first, number: Math.min(together, windows - first) };
      },
    );
    this.#clear(this.#at.buckets, windows * half);
    for (let from = 0; from < count; from += chunk) {
      const points = Math.min(chunk, count - from);
      this.#split(from, points);
      for (const group of groups) {
        this.#addTerms(group);
        const done = from + (points * (group.first + group.number)) / windows;
        await onProgress(done / count);
      }
    }
    return this.#addUp(groups.flatMap((group) => this.#weigh(group)));
  }

  /** Makes terms of the points from `from` on, and the images that they name. */
  #split(from: number, count: number): void {
    const { exports } = this.#core;
    const { prefix, pointBytes } = this.#group;
    const { work, bias } = this.#at;
    const scalars = this.#scalars + from * SCALAR_BYTES;
    const points = this.#bases.points + from * pointBytes;
    exports[`${prefix}Split`](work, scalars, points, count, bias);
    exports[`${prefix}Images`](work);
  }

  /** Adds the terms' points to the buckets of some windows. */
  #addTerms({ first, number }: Windows): void {
    const { exports } = this.#core;
    const { bits, terms, half, windows } = this.#shape;
    const { digits, lengths, work } = this.#at;
    const { parts, pointBytes } = this.#group;
    this.#turnTo(first);
    this.#clear(lengths, number * half);
    const digitsOf = (window: number): number => digits + 2 * terms * window;
    for (let window = 0; window < number; window += 1) {
      const bit = (first + window) * bits;
      const isLast = first + window === windows - 1;
      const width = isLast ? parts.bits + 1 - bit : bits;
      const bias = isLast ? 0 : half;
      exports.msmDigits(work, digitsOf(window), bit, width, bias, window * half);
    }
    exports.msmOffsets(work, number * half);
    for (let window = 0; window < number; window += 1) {
      exports.msmPlace(work, digitsOf(window), window * half);
    }
    this.#sumLists();
    exports.msmKeep(work, pointBytes);
  }

  /** The worth of some windows' buckets, as points that weigh powers of two. */
  #weigh({ first, number }: Windows): readonly Weighted<Coordinate>[] {
    const { exports, memory } = this.#core;
    const { bits, half, gridBits, rowBits, rows } = this.#shape;
    const { work, sums } = this.#at;
    this.#turnTo(first);
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

  /** Lets the steps work on the buckets of this window and those behind it. */
  #turnTo(window: number): void {
    const { half } = this.#shape;
    const { pointBytes } = this.#group;
    turnTo(this.#core.memory, this.#at, { buckets: window * half, pointBytes });
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
