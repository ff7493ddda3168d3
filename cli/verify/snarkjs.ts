/** Groth16 verification by snarkjs, the library that most owners know. */
import { curves, groth16 } from "snarkjs";
import type { Curve } from "../../src/domain/circuit.ts";
import type { Bundle } from "./parse.ts";

/** Where snarkjs looks for a curve before it builds one; one that it builds itself starts a thread per core. */
const curveCache: Readonly<Record<Curve, string>> = {
  bn128: "curve_bn128",
  bls12381: "curve_bls12381",
};

export const verifyBySnarkjs = async ({
  curve,
  proof,
  publicSignals,
  vkey,
}: Bundle): Promise<boolean> => {
  const cached: unknown = Reflect.get(globalThis, curveCache[curve]);
  if (cached === undefined || cached === null) {
    const built = await curves.getCurveFromName(curve, { singleThread: true });
    Reflect.set(globalThis, curveCache[curve], built);
  }
  return groth16.verify(vkey, publicSignals, proof);
};
