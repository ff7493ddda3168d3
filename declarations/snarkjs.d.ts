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
    readonly G1: {
      /** The generator. */
      readonly g: Uint8Array;
      /** `scalar` in little-endian bytes. */
      readonly timesScalar: (point: Uint8Array, scalar: Uint8Array) => Uint8Array;
    };
    readonly terminate: () => Promise<void>;
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
