import { curves as snarkjsCurves, type Curve, type CurveGroup } from "snarkjs";
import { afterAll, describe, expect, it } from "vitest";
import { kernelIds, type KernelId } from "../../kernels/field/field.ts";
import type { CurveId } from "../../kernels/layout.ts";
import { coordinateBytes, scalarPrime } from "../domain/circuit.ts";
import { hasExtraCircuits, readExtraCircuit } from "../testing/circuits.ts";
import { openMsmCore } from "../testing/msm-core.ts";
import { referenceSum, scalarBytes, sumSection, type Section } from "../testing/msm-section.ts";
import { textOf, zkeyOf } from "../testing/msm-vectors.ts";
import { seededRandom } from "../testing/random.ts";
import type { Point } from "./bigint-curve.ts";
import type { Sums } from "./kernel.ts";
import { createG1Sums, createG2Sums, type MsmCore } from "./msm.ts";
import { readZkey, type BasesName } from "./zkey.ts";

const references: Readonly<Record<CurveId, Curve>> = {
  bn128: await snarkjsCurves.getCurveFromName("bn128", { singleThread: true }),
  bls12381: await snarkjsCurves.getCurveFromName("bls12381", { singleThread: true }),
};
afterAll(async () => {
  for (const curve of Object.values(references)) await curve.terminate();
});

type GroupId = "g1" | "g2";
type Subject = {
  readonly curve: CurveId;
  readonly group: GroupId;
  readonly kernel: KernelId;
  readonly core: MsmCore;
};

/** Every group of every kernel that this engine runs. */
const subjects = (["bn128", "bls12381"] as const).flatMap((curve) =>
  kernelIds.flatMap((kernel): readonly Subject[] => {
    const core = openMsmCore(curve, kernel);
    if (core === undefined) return [];
    return (["g1", "g2"] as const).map((group) => ({ curve, group, kernel, core }));
  }),
);

const sumsOf = ({ core, group }: Subject): Sums<Point<unknown>> =>
  group === "g1" ? createG1Sums(core) : createG2Sums(core);

const referenceOf = ({ curve, group }: Pick<Subject, "curve" | "group">): CurveGroup =>
  references[curve][group === "g1" ? "G1" : "G2"];

class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** Of any length below r, those near r as likely as those near 0. */
  scalar(order: bigint): bigint {
    let any = 0n;
    for (let part = 0; part < 9; part += 1) any = (any << 32n) + BigInt(this.below(2 ** 32));
    any %= order;
    const short = any & ((1n << BigInt(this.below(255))) - 1n);
    const choices = [0n, 1n, order - 1n, short, short, order - 1n - short, any];
    return choices[this.below(choices.length)] ?? any;
  }
}

const ORDINARY_BASES = 12;

/** Small multiples of the generator, others, the opposites of all, and infinity. */
const poolOf = (reference: CurveGroup, order: bigint): readonly Uint8Array[] => {
  const dice = new Dice(3);
  const factors = Array.from({ length: ORDINARY_BASES }, (_, index) =>
    index < ORDINARY_BASES / 2 ? BigInt(index + 1) : dice.scalar(order - 1n) + 1n,
  );
  const points = [...factors, ...factors.map((factor) => order - factor)].map((factor) =>
    reference.toAffine(reference.timesScalar(reference.g, scalarBytes([factor]))),
  );
  return [...points, new Uint8Array(points[0]?.length ?? 0)];
};

type Case = { readonly bases: readonly number[]; readonly scalars: readonly bigint[] };

const CASES = 10_000;
const MOST_TERMS = 40;
/** Cases that ffjavascript adds up at once, each times a weight: it would take minutes for one at a time. */
const BATCH = 250;
const WEIGHT_LIMIT = 2 ** 32;

const casesOf = (number: number, bases: number, order: bigint): readonly Case[] => {
  const dice = new Dice(11);
  return Array.from({ length: number }, () => {
    const terms = Array.from({ length: 1 + dice.below(MOST_TERMS) }, () => dice.below(bases));
    return { bases: terms, scalars: terms.map(() => dice.scalar(order)) };
  });
};

const sectionOf = (pool: readonly Uint8Array[], { bases, scalars }: Case): Section => ({
  points: Buffer.concat(bases.map((base) => pool[base] ?? new Uint8Array())),
  scalars: scalarBytes(scalars),
});

describe.each(subjects)("$group of $curve by $kernel", (subject) => {
  const order = scalarPrime[subject.curve];
  const reference = referenceOf(subject);
  const pool = poolOf(reference, order);
  const number = Math.ceil(CASES / subjects.length);

  it(`sums as ffjavascript does in ${number} small cases`, async () => {
    const cases = casesOf(number, pool.length, order);
    const dice = new Dice(13);
    for (let from = 0; from < number; from += BATCH) {
      const batch = cases.slice(from, from + BATCH);
      const weights = batch.map(() => BigInt(1 + dice.below(WEIGHT_LIMIT)));
      const sums: Point<unknown>[] = [];
      for (const one of batch)
        sums.push(await sumSection(subject.core.memory, sumsOf(subject), sectionOf(pool, one)));
      const totals = pool.map(() => 0n);
      batch.forEach(({ bases, scalars }, index) =>
        bases.forEach((base, term) => {
          const product = (scalars[term] ?? 0n) * (weights[index] ?? 0n);
          totals[base] = ((totals[base] ?? 0n) + product) % order;
        }),
      );
      const bases = pool.map((_, base) => base);
      const expected = await referenceSum(reference, sectionOf(pool, { bases, scalars: totals }));
      const finite = weights.filter((_, index) => sums[index] !== "infinity");
      const given = await referenceSum(reference, {
        points: zkeyOf(subject.curve, sums),
        scalars: scalarBytes(finite),
      });
      expect(textOf(given), `cases from ${from}`).toBe(textOf(expected));
    }
  });

  it("sums as ffjavascript does over more points than are sorted at once", async () => {
    const bases = Array.from({ length: 2 ** 14 + 3_617 }, (_, index) => index % pool.length);
    const dice = new Dice(17);
    const section = sectionOf(pool, { bases, scalars: bases.map(() => dice.scalar(order)) });
    const sum = await sumSection(subject.core.memory, sumsOf(subject), section);
    expect(textOf(sum)).toBe(textOf(await referenceSum(reference, section)));
  });
});

/** Sections whose sums make a proof. */
const sections: readonly (readonly [BasesName, GroupId])[] = [
  ["a", "g1"],
  ["b2", "g2"],
  ["c", "g1"],
  ["h", "g1"],
];

describe.skipIf(!hasExtraCircuits)("on the bases of a benchmark key", () => {
  it.each(["c14", "c16p", "c16s", "b14", "semaphore20"])(
    "sums as ffjavascript does: %s",
    async (name) => {
      const { curve, bases } = readZkey(readExtraCircuit(name).zkeyBytes);
      const order = scalarPrime[curve];
      const dice = new Dice(19);
      for (const [of, group] of sections) {
        // The first is the fastest that runs here.
        const subject = subjects.find((one) => one.curve === curve && one.group === group);
        if (subject === undefined) throw new Error("every engine runs scalar9");
        const pointBytes = 2 * coordinateBytes[curve] * (group === "g1" ? 1 : 2);
        const points = bases[of];
        const scalars = Array.from({ length: points.length / pointBytes }, () =>
          dice.scalar(order),
        );
        const section = { points, scalars: scalarBytes(scalars) };
        const sum = await sumSection(subject.core.memory, sumsOf(subject), section);
        expect(textOf(sum), of).toBe(textOf(await referenceSum(referenceOf(subject), section)));
      }
    },
  );
});
