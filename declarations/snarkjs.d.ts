/**
 * What this project uses of snarkjs 0.7.6, which ships no types. Read from its sources; signatures, not documentation.
 */

declare module "snarkjs" {
  /** A path (Node.js; in browsers a URL), the bytes themselves, or a file in memory. */
  export type FastFile = string | Uint8Array | MemoryFile;

  export type MemoryFile = {
    readonly type: "mem";
    /** Set by whoever writes the file. */
    data?: Uint8Array;
  };

  /** snarkjs calls these with one finished line. */
  export type Logger = {
    readonly debug: (line: string) => void;
    readonly info: (line: string) => void;
    readonly warn: (line: string) => void;
    readonly error: (line: string) => void;
  };

  export type ThreadOptions = { readonly singleThread?: boolean };

  export type CurveName = "bn128" | "bls12381";

  /** Coordinates in decimal; projective with z = "1" (G2: ["1", "0"]). */
  export type Groth16Proof = {
    readonly pi_a: readonly [string, string, string];
    readonly pi_b: readonly [
      readonly [string, string],
      readonly [string, string],
      readonly [string, string],
    ];
    readonly pi_c: readonly [string, string, string];
    readonly protocol: "groth16";
    readonly curve: CurveName;
  };

  /** verification_key.json. */
  export type VerificationKey = {
    readonly protocol: string;
    readonly curve: string;
    readonly nPublic: number;
    readonly vk_alpha_1: readonly string[];
    readonly vk_beta_2: readonly (readonly string[])[];
    readonly vk_gamma_2: readonly (readonly string[])[];
    readonly vk_delta_2: readonly (readonly string[])[];
    readonly vk_alphabeta_12?: readonly (readonly (readonly string[])[])[];
    readonly IC: readonly (readonly string[])[];
  };

  export type ProveResult = {
    readonly proof: Groth16Proof;
    /** Decimal. */
    readonly publicSignals: readonly string[];
  };

  export type CircuitInput = Readonly<Record<string, unknown>>;

  export const groth16: {
    readonly prove: (
      zkey: FastFile,
      witness: FastFile,
      logger?: Logger,
      options?: ThreadOptions,
    ) => Promise<ProveResult>;
    readonly fullProve: (
      input: CircuitInput,
      wasm: FastFile,
      zkey: FastFile,
      logger?: Logger,
      witnessOptions?: object,
      options?: ThreadOptions,
    ) => Promise<ProveResult>;
    readonly verify: (
      key: VerificationKey,
      publicSignals: readonly string[],
      proof: Groth16Proof,
      logger?: Logger,
    ) => Promise<boolean>;
    readonly exportSolidityCallData: (
      proof: Groth16Proof,
      publicSignals: readonly string[],
    ) => Promise<string>;
  };

  export const curves: {
    readonly getCurveFromName: (name: string, options?: ThreadOptions) => Promise<Curve>;
    readonly getCurveFromQ: (q: bigint, options?: ThreadOptions) => Promise<Curve>;
    readonly getCurveFromR: (r: bigint, options?: ThreadOptions) => Promise<Curve>;
  };

  /** ffjavascript's curve object. */
  export type Curve = {
    readonly name: CurveName;
    readonly q: bigint;
    readonly r: bigint;
    readonly G1: CurveGroup;
    readonly G2: CurveGroup;
    readonly Fr: ScalarField;
    readonly tm: ThreadManager;
    readonly terminate: () => Promise<void>;
  };

  /** Points are Jacobian or affine, coordinates in Montgomery form, little-endian; a point's length says which it is. */
  export type CurveGroup = {
    /** The generator. */
    readonly g: Uint8Array;
    /** `scalar` in little-endian bytes. */
    readonly timesScalar: (point: Uint8Array, scalar: Uint8Array) => Uint8Array;
    readonly add: (a: Uint8Array, b: Uint8Array) => Uint8Array;
    readonly isZero: (point: Uint8Array) => boolean;
    readonly toAffine: (point: Uint8Array) => Uint8Array;
    /** Jacobian points one after the other, to affine ones. */
    readonly batchToAffine: (points: Uint8Array) => Promise<Uint8Array>;
    /** x, y and 1 of an affine point; each coordinate of G2 as [c0, c1]. */
    readonly toObject: (point: Uint8Array) => readonly (bigint | readonly bigint[])[];
    /** Affine bases; canonical little-endian scalars of equal length. */
    readonly multiExpAffine: (bases: Uint8Array, scalars: Uint8Array) => Promise<Uint8Array>;
  };

  /** Elements of 32 bytes, one after the other. */
  export type ScalarField = {
    readonly batchToMontgomery: (elements: Uint8Array) => Promise<Uint8Array>;
    readonly batchFromMontgomery: (elements: Uint8Array) => Promise<Uint8Array>;
    /** From coefficients to evaluations, both in natural order and Montgomery form. */
    readonly fft: (elements: Uint8Array) => Promise<Uint8Array>;
    readonly ifft: (elements: Uint8Array) => Promise<Uint8Array>;
    /** Element k times first * step^k. */
    readonly batchApplyKey: (
      elements: Uint8Array,
      first: Uint8Array,
      step: Uint8Array,
    ) => Promise<Uint8Array>;
    /** w[k]: the root of unity of order 2^k. */
    readonly w: readonly Uint8Array[];
    readonly one: Uint8Array;
    readonly add: (a: Uint8Array, b: Uint8Array) => Uint8Array;
    readonly sub: (a: Uint8Array, b: Uint8Array) => Uint8Array;
    readonly mul: (a: Uint8Array, b: Uint8Array) => Uint8Array;
  };

  /** Where ffjavascript keeps the instance of wasmcurves that it calls one operation at a time. */
  export type ThreadManager = {
    readonly alloc: (bytes: number) => number;
    /** Copies bytes into the instance's memory, or out of it. */
    readonly setBuff: (address: number, bytes: Uint8Array) => void;
    readonly getBuff: (address: number, bytes: number) => Uint8Array;
    readonly instance: {
      readonly exports: Readonly<Record<string, (...args: readonly number[]) => number>>;
    };
  };

  export const zKey: {
    /** Returns the circuit's hash, or -1 when the ceremony is too small (said through the logger). */
    readonly newZKey: (
      r1cs: FastFile,
      powersOfTau: FastFile,
      zkey: FastFile,
      logger?: Logger,
    ) => Promise<Uint8Array | -1>;
    readonly contribute: (
      before: FastFile,
      after: FastFile,
      name: string,
      entropy: string,
      logger?: Logger,
    ) => Promise<Uint8Array>;
    readonly beacon: (
      before: FastFile,
      after: FastFile,
      name: string,
      beaconHex: string,
      iterationsPower: number,
      logger?: Logger,
    ) => Promise<Uint8Array>;
    readonly verifyFromR1cs: (
      r1cs: FastFile,
      powersOfTau: FastFile,
      zkey: FastFile,
      logger?: Logger,
    ) => Promise<boolean>;
    readonly exportVerificationKey: (zkey: FastFile, logger?: Logger) => Promise<VerificationKey>;
    readonly exportJson: (zkey: FastFile) => Promise<Readonly<Record<string, unknown>>>;
  };

  export const powersOfTau: {
    readonly newAccumulator: (
      curve: Curve,
      power: number,
      file: FastFile,
      logger?: Logger,
    ) => Promise<Uint8Array>;
    readonly contribute: (
      before: FastFile,
      after: FastFile,
      name: string,
      entropy: string,
      logger?: Logger,
    ) => Promise<Uint8Array>;
    readonly beacon: (
      before: FastFile,
      after: FastFile,
      name: string,
      beaconHex: string,
      iterationsPower: number,
      logger?: Logger,
    ) => Promise<Uint8Array>;
    readonly preparePhase2: (before: FastFile, after: FastFile, logger?: Logger) => Promise<void>;
    readonly verify: (file: FastFile, logger?: Logger) => Promise<boolean>;
  };

  export const wtns: {
    readonly calculate: (
      input: CircuitInput,
      wasm: FastFile,
      witness: FastFile,
      options?: object,
    ) => Promise<void>;
    readonly check: (r1cs: FastFile, witness: FastFile, logger?: Logger) => Promise<boolean>;
    readonly exportJson: (witness: FastFile) => Promise<readonly bigint[]>;
  };

  export const r1cs: {
    readonly info: (r1cs: FastFile, logger?: Logger) => Promise<R1csInfo>;
  };

  export type R1csInfo = {
    readonly curve: Curve;
    readonly nVars: number;
    readonly nConstraints: number;
    readonly nOutputs: number;
    readonly nPubInputs: number;
    readonly nPrvInputs: number;
  };
}
