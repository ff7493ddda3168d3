import { describe, expect, it } from "vitest";
import { curveGroups } from "../../src/groth16/bigint-curve.ts";
import { generators } from "../../src/testing/msm-vectors.ts";
import { curveParameters } from "../curves.ts";
import { endomorphisms, type Eigenvalue } from "./endomorphism.ts";

const curves = [
  { name: "bn254", id: "bn128" },
  { name: "bls12381", id: "bls12381" },
] as const;

/** Modulo the order. */
const powers = ({ eigenvalue, lattice }: Eigenvalue, order: bigint): readonly bigint[] =>
  lattice.map((_, exponent) => {
    const power = eigenvalue ** BigInt(exponent) % order;
    return power < 0n ? power + order : power;
  });

describe.each(curves)("$name", ({ name, id }) => {
  const { q, r } = curveParameters[name];
  const { g1, g2 } = endomorphisms[name];
  const product = ([a0, a1]: readonly bigint[], [b0, b1]: readonly bigint[]) => {
    const [c0, c1] = [a0 ?? 0n, a1 ?? 0n];
    const [d0, d1] = [b0 ?? 0n, b1 ?? 0n];
    return [(((c0 * d0 - c1 * d1) % q) + q) % q, (c0 * d1 + c1 * d0) % q] as const;
  };

  it("multiplies a point of G1 by the eigenvalue", () => {
    const { x, y } = generators[id].g1;
    const image = { x: (x * g1.beta) % q, y };
    expect(curveGroups[id].g1.multiply({ x, y }, g1.eigenvalue)).toEqual(image);
  });

  it("multiplies a point of G2 by the eigenvalue", () => {
    const { x, y } = generators[id].g2;
    const conjugate = ([c0, c1]: readonly [bigint, bigint]) => [c0, q - c1] as const;
    const image = { x: product(conjugate(x), g2.x), y: product(conjugate(y), g2.y) };
    const factor = ((g2.eigenvalue % r) + r) % r;
    expect(curveGroups[id].g2.multiply({ x, y }, factor)).toEqual(image);
  });

  it.each(["g1", "g2"] as const)("has a basis of all relations, in %s", (group) => {
    const { lattice } = endomorphisms[name][group];
    const values = powers(endomorphisms[name][group], r);
    for (const vector of lattice) {
      const sum = vector.reduce((total, part, index) => total + part * (values[index] ?? 0n), 0n);
      expect(sum % r).toBe(0n);
    }
    // Vectors of that lattice span all of it when their volume is the order.
    expect([r, -r]).toContain(determinant(lattice));
  });
});

/** Along the first row. */
const determinant = (rows: readonly (readonly bigint[])[]): bigint => {
  const [first = [], ...rest] = rows;
  if (first.length === 0) return 1n;
  return first.reduce((sum, value, column) => {
    const minor = rest.map((row) => row.filter((_, other) => other !== column));
    return sum + (column % 2 === 0 ? value : -value) * determinant(minor);
  }, 0n);
};
