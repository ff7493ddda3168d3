/**
 * Maps of a group to itself that cost a few multiplications and equal a multiplication by a long number (Gallant, Lambert,
 * Vanstone 2001; Galbraith, Lin, Scott 2009). With them a scalar becomes two (G1) or four (G2) of a half or a quarter of its
 * length. Numbers are written by the curves' parameters x (BN254) and z (BLS12-381); the tests check each of them.
 */
import type { CurveName } from "../curves.ts";

/** An element c0 + c1 u of Fq2. */
export type Fq2Constant = readonly [c0: bigint, c1: bigint];

export type Eigenvalue = {
  /** The map is multiplication by this, modulo the order. */
  readonly eigenvalue: bigint;
  /** A basis, short, of all (v0, v1, ...) with v0 + v1 eigenvalue + v2 eigenvalue^2 + ... = 0 modulo the order. */
  readonly lattice: readonly (readonly bigint[])[];
};

export type CurveEndomorphisms = {
  /** (x, y) becomes (beta x, y). */
  readonly g1: Eigenvalue & { readonly beta: bigint };
  /** (x, y) becomes the conjugates of both times constants: the Frobenius map of the curve that G2 is a twist of. */
  readonly g2: Eigenvalue & { readonly x: Fq2Constant; readonly y: Fq2Constant };
};

const bn254 = (): CurveEndomorphisms => {
  const x = 4_965_661_367_192_848_881n;
  return {
    g1: {
      eigenvalue: 36n * x ** 3n + 18n * x ** 2n + 6n * x + 1n,
      lattice: [
        [6n * x ** 2n + 4n * x + 1n, 2n * x + 1n],
        [2n * x + 1n, -(6n * x ** 2n + 2n * x)],
      ],
      beta: 0x59e26bcea0d48bacd4f263f1acdb5c4f5763473177fffffen,
    },
    g2: {
      eigenvalue: 6n * x ** 2n,
      lattice: [
        [2n * x, x + 1n, -x, x],
        [-x, x, -x, -2n * x - 1n],
        [x + 1n, x, x, -2n * x],
        [2n * x + 1n, -x, -x - 1n, -x],
      ],
      x: [
        0x2fb347984f7911f74c0bec3cf559b143b78cc310c2c3330c99e39557176f553dn,
        0x16c9e55061ebae204ba4cc8bd75a079432ae2a1d0b7c9dce1665d51c640fcba2n,
      ],
      y: [
        0x063cf305489af5dcdc5ec698b6e2f9b9dbaae0eda9c95998dc54014671a0135an,
        0x07c03cbcac41049a0704b5a7ec796f2b21807dc98fa25bd282d37f632623b0e3n,
      ],
    },
  };
};

const bls12381 = (): CurveEndomorphisms => {
  const z = -0xd201000000010000n;
  return {
    g1: {
      eigenvalue: z ** 2n - 1n,
      lattice: [
        [z ** 2n - 1n, -1n],
        [1n, z ** 2n],
      ],
      beta: 0x1a0111ea397fe699ec02408663d4de85aa0d857d89759ad4897d29650fb85f9b409427eb4f49fffd8bfd00000000aaacn,
    },
    g2: {
      eigenvalue: z,
      lattice: [
        [z, -1n, 0n, 0n],
        [0n, z, -1n, 0n],
        [0n, 0n, z, -1n],
        [1n, 0n, -1n, z],
      ],
      x: [
        0n,
        0x1a0111ea397fe699ec02408663d4de85aa0d857d89759ad4897d29650fb85f9b409427eb4f49fffd8bfd00000000aaadn,
      ],
      y: [
        0x135203e60180a68ee2e9c448d77a2cd91c3dedd930b1cf60ef396489f61eb45e304466cf3e67fa0af1ee7b04121bdea2n,
        0x06af0e0437ff400b6831e36d6bd17ffe48395dabc2d3435e77f76e17009241c5ee67992f72ec05f4c81084fbede3cc09n,
      ],
    },
  };
};

export const endomorphisms: Readonly<Record<CurveName, CurveEndomorphisms>> = {
  bn254: bn254(),
  bls12381: bls12381(),
};
