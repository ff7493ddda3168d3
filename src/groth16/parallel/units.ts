/**
 * How one proof is cut into units of work, each done by one thread. A sum over many bases costs a little less than the sums
 * over its parts (docs/proving.md says how much), so it is cut no finer than the team needs.
 */
import { polynomials, type Polynomial } from "../kernel.ts";
import type { PreparedKey } from "../prepared-key.ts";
import type { CoreStep } from "../steps.ts";

/** Sums of which a proof is made, the longest first and last the one that waits for the quotient. */
export const sumNames = ["b2", "a", "c", "h"] as const;
export type SumName = (typeof sumNames)[number];

export type Unit =
  | { readonly kind: "polynomial"; readonly of: Polynomial }
  | {
      readonly kind: "sum";
      readonly of: SumName;
      /** Bases from here on. */
      readonly from: number;
      readonly count: number;
    };

export const stepOf = (unit: Unit): CoreStep => {
  if (unit.kind === "polynomial") return "NTT";
  return ({ a: "MSM A", b2: "MSM B", c: "MSM C", h: "MSM H" } as const)[unit.of];
};

/** Sums over the quotient's scalars wait for its three polynomials; all else needs the witness alone. */
export const needsQuotient = (unit: Unit): boolean => unit.kind === "sum" && unit.of === "h";

export type Sizes = {
  readonly domainSize: number;
  /** How many bases each sum has. */
  readonly bases: Readonly<Record<SumName, number>>;
};

export const sizesOf = ({ domainSize, bases: { a, b2, c, h } }: PreparedKey): Sizes => ({
  domainSize,
  bases: { a: a.count, b2: b2.count, c: c.count, h: h.count },
});

/** What a base of G2 costs, in bases of G1, measured; and what a polynomial costs for each element of the domain. */
const G2_WEIGHT = 2.6;
const POLYNOMIAL_WEIGHT = 0.16;
/** Fewer bases in one sum cost too much each. */
const LEAST_BASES = 8_192;
/** No part of a sum is more than this share of what each member would have if all were fair, so that no one is waited for. */
const LARGEST_SHARE = 1 / 2;
/** More members than that get no smaller units. */
const MOST_MEMBERS = 32;
/** The last sum ends with parts so much smaller than its first ones. */
const LAST_PARTS = 2;

/**
 * The units of a proof by so many provers, in the order in which they are taken: the polynomials first, since the last sum
 * waits for them; that sum last, with parts that become smaller, so that all members end at about the same time.
 * A prover that begins by itself gets whole sums, which is the least work, and computes the quotient as it does alone; one
 * that joins it later takes some of the sums.
 */
export const planUnits = (
  sizes: Sizes,
  members: number,
  leastBases: number = LEAST_BASES,
): readonly Unit[] => {
  if (members < 2) return sumNames.flatMap((of) => parts(of, [sizes.bases[of]]));
  const team = Math.min(members, MOST_MEMBERS);
  const fair = weightOf(sizes) / team;
  const cut = (of: SumName): readonly Unit[] => {
    const count = sizes.bases[of];
    const most = Math.max(1, Math.floor(count / leastBases));
    const wanted = Math.ceil((count * baseWeight(of)) / (fair * LARGEST_SHARE));
    return parts(of, equalParts(count, Math.min(most, wanted)));
  };
  const last = parts("h", fallingParts(sizes.bases.h, team, leastBases));
  const transforms = polynomials.map((of): Unit => ({ kind: "polynomial", of }));
  return [...transforms, ...cut("b2"), ...cut("a"), ...cut("c"), ...last];
};

/** What a unit costs, in bases of G1 with scalars of full length. */
export const unitWeight = (unit: Unit, { domainSize }: Pick<Sizes, "domainSize">): number =>
  unit.kind === "sum" ? unit.count * baseWeight(unit.of) : domainSize * POLYNOMIAL_WEIGHT;

const baseWeight = (of: SumName): number => (of === "b2" ? G2_WEIGHT : 1);

const weightOf = ({ domainSize, bases }: Sizes): number =>
  sumNames.reduce(
    (sum, name) => sum + bases[name] * baseWeight(name),
    polynomials.length * domainSize * POLYNOMIAL_WEIGHT,
  );

const equalParts = (count: number, number: number): readonly number[] =>
  Array.from(
    { length: number },
    (_, index) => Math.floor((count * (index + 1)) / number) - Math.floor((count * index) / number),
  );

/** One large part for each member, then one smaller for each; equal ones where small ones would be too small. */
const fallingParts = (count: number, members: number, least: number): readonly number[] => {
  const small = Math.floor(count / (members * (LAST_PARTS + 1)));
  if (small < least)
    return equalParts(count, Math.min(members, Math.max(1, Math.floor(count / least))));
  const large = equalParts(count - small * members, members);
  return [...large, ...Array.from({ length: members }, () => small)];
};

const parts = (of: SumName, counts: readonly number[]): readonly Unit[] => {
  let from = 0;
  return counts
    .filter((count) => count > 0)
    .map((count) => {
      const unit = { kind: "sum", of, from, count } as const;
      from += count;
      return unit;
    });
};
