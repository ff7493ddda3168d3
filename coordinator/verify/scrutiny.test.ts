import { beforeAll, describe, expect, it } from "vitest";
import type { Circuit } from "../../src/domain/circuit.ts";
import { createScrutiny } from "./scrutiny.ts";
import { builtInCircuit } from "./testing/real-circuits.ts";

describe("two verifiers look", () => {
  let bn: Circuit;
  let bls: Circuit;
  beforeAll(async () => {
    bn = (await builtInCircuit("addition")).circuit;
    bls = (await builtInCircuit("addition_bls12381")).circuit;
  });
  const never = () => 0.5;

  it("at the first 20 proofs of a circuit that they agree on, then no more", () => {
    const scrutiny = createScrutiny(never);
    for (let proof = 0; proof < 20; proof += 1) {
      expect(scrutiny.needsSecondOpinion(bn)).toBe(true);
      scrutiny.agreed(bn);
    }
    expect(scrutiny.needsSecondOpinion(bn)).toBe(false);
  });

  it("at each proof on BLS12-381, where snarkjs checks no subgroup", () => {
    const scrutiny = createScrutiny(never);
    for (let proof = 0; proof < 30; proof += 1) scrutiny.agreed(bls);
    expect(scrutiny.needsSecondOpinion(bls)).toBe(true);
  });

  it("at one proof in a hundred of any circuit", () => {
    let drawn = 0;
    const scrutiny = createScrutiny(() => (drawn++ % 1000) / 1000);
    for (let proof = 0; proof < 20; proof += 1) scrutiny.agreed(bn);
    const looked = Array.from({ length: 1000 }, () => scrutiny.needsSecondOpinion(bn));
    expect(looked.filter(Boolean)).toHaveLength(10);
  });

  it("at each proof of a circuit on which they have disagreed", () => {
    const scrutiny = createScrutiny(never);
    for (let proof = 0; proof < 30; proof += 1) scrutiny.agreed(bn);
    scrutiny.quarantine(bn);
    expect(scrutiny.needsSecondOpinion(bn)).toBe(true);
  });
});
