/** What of a zkey goes into a prepared key, and how much of it there is: what must be known before memory is taken. */
import { NodeFailure } from "../domain/failure.ts";
import type { KeyFigures } from "../domain/prepared-key.ts";
import type { KeyShape } from "./kernel.ts";
import { findFiniteBases, type FiniteBases } from "./points.ts";
import { groupMatrices, type GroupedMatrices } from "./row-groups.ts";
import type { Resumable } from "./resumable.ts";
import { SCALAR_BYTES, type BasesName, type Zkey } from "./zkey.ts";

export type KeyPlan = {
  readonly figures: KeyFigures;
  readonly bases: readonly PlannedBases[];
  readonly matrices: GroupedMatrices;
};

/** Bases of one sum, as they lie in the zkey. */
export type PlannedBases = {
  readonly name: BasesName;
  readonly section: Uint8Array;
  readonly pointBytes: number;
  readonly finite: FiniteBases;
  /** Points of the header that belong to the sum, with the index of their scalar: they come behind the section's. */
  readonly extra: readonly (readonly [point: Uint8Array, scalar: number])[];
};

/** Scalars behind the wires, in this order: what delta is multiplied by in A, in B and in C. */
export const blindingSlots = ["a", "b", "c"] as const;

/** @throws NodeFailure "artifact" for a key beyond the reach of 32-bit offsets. */
export function* planKey(
  zkey: Zkey,
  { lanes, frBytes }: Pick<KeyShape, "lanes" | "frBytes">,
  { withB1 }: { readonly withB1: boolean } = { withB1: false },
): Resumable<KeyPlan> {
  const { curve, wires, publicSignals, domainSize } = zkey;
  requireOffsets(Math.max(wires, domainSize, zkey.matrices.count + 1) * frBytes);
  const count = ({ finite, extra }: PlannedBases): number => finite.count + extra.length;
  const a = planBases(zkey, "a");
  yield;
  const b1 = withB1 ? planBases(zkey, "b1") : undefined;
  yield;
  const b2 = planBases(zkey, "b2");
  yield;
  const c = planBases(zkey, "c");
  yield;
  const h = planBases(zkey, "h");
  yield;
  const matrices = yield* groupMatrices(zkey.matrices, { lanes, bytes: frBytes });
  const figures: KeyFigures = {
    ...{ curve, wires, publicSignals, domainSize },
    bases: {
      ...{ a: count(a), b2: count(b2), c: count(c), h: count(h) },
      ...(b1 === undefined ? {} : { b1: count(b1) }),
    },
    coefficients: matrices.coefficients.length / SCALAR_BYTES,
    rows: { a: matrices.a.cuts, b: matrices.b.cuts },
  };
  return { figures, bases: [a, ...(b1 === undefined ? [] : [b1]), b2, c, h], matrices };
}

/** Rows, wires and coefficients are named by the offset of their element. */
const requireOffsets = (bytes: number): void => {
  if (bytes < 2 ** 32) return;
  throw new NodeFailure("artifact", `the circuit needs arrays of ${bytes} bytes`);
};

const CONSTANT_WIRE = 0;

const planBases = (
  { header, bases, wires, publicSignals }: Zkey,
  name: BasesName,
): PlannedBases => {
  const slot = (of: (typeof blindingSlots)[number]): number => wires + blindingSlots.indexOf(of);
  const { alpha1, beta1, beta2, delta1, delta2 } = header;
  const of = (
    pointBytes: number,
    extra: PlannedBases["extra"],
    firstScalar = CONSTANT_WIRE,
  ): PlannedBases => {
    const section = bases[name];
    const finite = findFiniteBases(section, pointBytes, firstScalar);
    return { name, section, pointBytes, finite, extra };
  };
  const [g1Bytes, g2Bytes] = [alpha1.length, beta2.length];
  switch (name) {
    case "a":
      return of(g1Bytes, [
        [alpha1, CONSTANT_WIRE],
        [delta1, slot("a")],
      ]);
    case "b1":
      return of(g1Bytes, [
        [beta1, CONSTANT_WIRE],
        [delta1, slot("b")],
      ]);
    case "b2":
      return of(g2Bytes, [
        [beta2, CONSTANT_WIRE],
        [delta2, slot("b")],
      ]);
    case "c":
      return of(g1Bytes, [[delta1, slot("c")]], publicSignals + 1);
    case "h":
      return of(g1Bytes, []);
  }
};
