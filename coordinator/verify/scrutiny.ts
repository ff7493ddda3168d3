/** Which proofs two verifiers look at, and which circuits have lost our trust. In memory: a restart begins strictly again. */
import type { Circuit } from "../../src/domain/circuit.ts";

/** Valid proofs of a circuit that both verifiers have to agree on before sampling begins. */
const FIRST_PROOFS = 20;
/** Afterwards this share, for good. */
const SAMPLE_SHARE = 0.01;

export type Scrutiny = {
  readonly needsSecondOpinion: (circuit: Circuit) => boolean;
  /** Both verifiers found a proof of this circuit valid. */
  readonly agreed: (circuit: Circuit) => void;
  /** They disagreed: from now on each proof of this key needs both. */
  readonly quarantine: (circuit: Circuit) => void;
};

/** `random` is uniform in [0, 1). */
export const createScrutiny = (random: () => number): Scrutiny => {
  const agreements = new Map<string, number>();
  const quarantined = new Set<string>();
  return {
    needsSecondOpinion: ({ curve, vkey }) =>
      // snarkjs's BLS12-381 checks no subgroup, so noble always decides.
      curve === "bls12381" ||
      quarantined.has(vkey.sha256) ||
      (agreements.get(vkey.sha256) ?? 0) < FIRST_PROOFS ||
      random() < SAMPLE_SHARE,
    agreed: ({ vkey }) => {
      agreements.set(vkey.sha256, (agreements.get(vkey.sha256) ?? 0) + 1);
    },
    quarantine: ({ vkey }) => {
      quarantined.add(vkey.sha256);
    },
  };
};
