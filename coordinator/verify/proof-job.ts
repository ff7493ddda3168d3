/** What a verifying thread is asked and answers: types only. */
import type { Curve } from "../../src/domain/circuit.ts";
import type { SnarkjsProof } from "../../src/wire/proof.ts";
import type { Fault } from "./claim-form.ts";

export type ProofJob = {
  readonly curve: Curve;
  /** Names the key in the thread's cache. */
  readonly vkeyDigest: string;
  readonly vkeyJson: string;
  readonly proof: SnarkjsProof;
  /** Canonical decimal, below r, as many as the key has. */
  readonly publicSignals: readonly string[];
  /** Also ask @noble/curves. */
  readonly secondOpinion: boolean;
};

export type ProofAnswer =
  | { readonly verdict: "valid" }
  | { readonly verdict: "invalid"; readonly fault: Fault }
  /** The two verifiers disagree: one of them is wrong, and nobody knows which. */
  | { readonly verdict: "disputed"; readonly snarkjs: boolean; readonly noble: boolean };
