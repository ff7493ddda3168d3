import { describe, expect, it } from "vitest";
import fc from "fast-check";
import type { Curve } from "../../src/domain/circuit.ts";
import { scalarPrime } from "../../src/domain/circuit.ts";
import { decodeProof } from "../../src/wire/proof.ts";
import { createProofChecker } from "./check-proof.ts";
import type { ProofPoints } from "./testing/forge.ts";
import {
  bytesOf,
  negateG1,
  negateG2,
  pointsOf,
  reRandomise,
  scaleG1,
  scaleG2,
} from "./testing/forge.ts";
import { proofOn } from "./testing/real-circuits.ts";

type Step = (points: ProofPoints, curve: Curve, scalar: bigint) => ProofPoints;

/** Each keeps the points in their groups: the equation alone decides. The first two keep the proof valid. */
const steps: readonly Step[] = [
  (points, curve, scalar) => reRandomise(curve, points, scalar),
  ({ a, b, c }, curve) => ({ a: negateG1(curve, a), b: negateG2(curve, b), c }),
  (points, curve, scalar) => ({ ...points, a: scaleG1(curve, points.a, scalar) }),
  (points, curve, scalar) => ({ ...points, b: scaleG2(curve, points.b, scalar) }),
  (points, curve, scalar) => ({ ...points, c: scaleG1(curve, points.c, scalar) }),
  ({ a, b, c }) => ({ a: c, b, c: a }),
];
const VALID_STEPS = 2;
const CASES_PER_CURVE = 100;

describe.each(["bn128", "bls12381"] as const)("snarkjs and noble on %s", (curve) => {
  it("agree on mutated proofs and signals", async () => {
    const real = await proofOn[curve]();
    const check = createProofChecker();
    const order = scalarPrime[curve];
    const seen = { valid: 0, invalid: 0 };
    const mutation = fc.record({
      steps: fc.array(fc.nat({ max: steps.length - 1 }), { maxLength: 2 }),
      scalar: fc.bigInt({ min: 2n, max: order - 1n }),
      signal: fc.option(
        fc.record({ at: fc.nat(), value: fc.bigInt({ min: 0n, max: order - 1n }) }),
        { freq: 3 },
      ),
    });
    const property = fc.asyncProperty(mutation, async ({ steps: chosen, scalar, signal }) => {
      const points = chosen.reduce<ProofPoints>(
        (before, step) => steps[step]?.(before, curve, scalar) ?? before,
        pointsOf(curve, real.proof),
      );
      const publicSignals = real.publicSignals.map((text, at) =>
        signal !== null && signal.at % real.publicSignals.length === at
          ? String(signal.value)
          : text,
      );
      const answer = await check({
        curve,
        vkeyDigest: real.circuit.vkey.sha256,
        vkeyJson: real.vkeyJson,
        proof: decodeProof(curve, bytesOf(curve, points)),
        publicSignals,
        secondOpinion: true,
      });
      const untouched = publicSignals.every((text, at) => text === real.publicSignals[at]);
      if (untouched && chosen.every((step) => step < VALID_STEPS))
        expect(answer.verdict).toBe("valid");
      expect(answer.verdict).not.toBe("disputed");
      if (answer.verdict !== "disputed") seen[answer.verdict] += 1;
    });
    await fc.assert(property, { numRuns: CASES_PER_CURVE });
    // A differential test that has seen only one kind of verdict has compared nothing.
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(5);
  });
});
