/** snarkjs's verification_key.json, as far as it follows from a zkey without a pairing. */
import type { VerificationKey } from "snarkjs";
import { CoordinatorFailure } from "../failure.ts";
import type { Fp2, G1Affine, G2Affine } from "../verify/curves.ts";
import type { Zkey } from "./zkey.ts";

type DerivedKey = Omit<VerificationKey, "vk_alphabeta_12">;

const extension = (value: Fp2): readonly string[] => [String(value.c0), String(value.c1)];
const g1Json = (point: G1Affine): readonly string[] => [String(point.x), String(point.y), "1"];
const g2Json = (point: G2Affine): readonly (readonly string[])[] => [
  extension(point.x),
  extension(point.y),
  ["1", "0"],
];

/** All but vk_alphabeta_12, which no verifier of ours reads. */
export const deriveKey = (zkey: Zkey): DerivedKey => ({
  protocol: "groth16",
  curve: zkey.curve,
  nPublic: zkey.publics,
  vk_alpha_1: g1Json(zkey.alpha1),
  vk_beta_2: g2Json(zkey.beta2),
  vk_gamma_2: g2Json(zkey.gamma2),
  vk_delta_2: g2Json(zkey.delta2),
  IC: zkey.inputCommitments.map(g1Json),
});

/** Refuses a key that is not the one that our own reading of the zkey gives. */
export const requireSameKey = (zkey: Zkey, json: string): void => {
  if (isSameKey(deriveKey(zkey), json)) return;
  throw new CoordinatorFailure({
    kind: "precondition",
    reason: "VKEY_NOT_OF_ZKEY",
    field: "zkey",
    problem: "the verification key is not the one that the zkey holds",
    remedy: "export it again from this zkey: snarkjs zkey export verificationkey",
  });
};

const isSameKey = (derived: DerivedKey, json: string): boolean => {
  try {
    // Only read field by field and compared as text: its real type does not matter.
    const given = JSON.parse(json) as Readonly<Record<string, unknown>>;
    return Object.entries(derived).every(
      ([name, value]) => JSON.stringify(given[name]) === JSON.stringify(value),
    );
  } catch {
    // What is no JSON is no key.
    return false;
  }
};
