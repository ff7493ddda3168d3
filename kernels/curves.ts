/** The two pairing curves that we prove on. Sources: EIP-196/197 (BN254), draft-irtf-cfrg-pairing-friendly-curves (BLS12-381). */

export type CurveName = "bn254" | "bls12381";

export type CurveParameters = {
  /** Base field of G1. Fq2 = Fq[u] / (u^2 + 1) on both. */
  readonly q: bigint;
  /** Scalar field. */
  readonly r: bigint;
};

export const curveParameters: Readonly<Record<CurveName, CurveParameters>> = {
  bn254: {
    q: 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n,
    r: 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n,
  },
  bls12381: {
    q: 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn,
    r: 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n,
  },
};
