/** One who takes part: types only. */
import type { Curve } from "../../src/domain/circuit.ts";
import type { EngineProof } from "../../src/prover/engine/engine.ts";

/**
 * What becomes of a prepared key: `first`, it is made of the zkey and kept in the browser; `later`, it is taken from there;
 * `passing`, it is made and not kept. Who has no prepared keys takes the zkey each time.
 */
export type Visit = "first" | "later" | "passing";

export type ProvingFiles = {
  readonly circuit: string;
  readonly curve: Curve;
  /** In the browser's keeping, as a node's are: read into memory by who needs it, when the first proof is made. */
  readonly zkey: Blob;
  readonly wtns: Uint8Array;
  readonly visit: Visit;
};

/** Proves one circuit all its life. */
export type Prover = {
  readonly prove: (files: ProvingFiles) => Promise<EngineProof>;
  /** Bytes of WebAssembly memory that it holds. */
  readonly memoryBytes: () => number;
};

export type Competitor<Opened> = {
  readonly id: string;
  readonly label: string;
  /** Undefined when this browser lacks what it needs, e.g. relaxed SIMD: it is then left out, and said to be. */
  readonly open: () => Promise<Opened | undefined>;
};
