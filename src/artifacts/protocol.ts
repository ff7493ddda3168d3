/** The boundary between the node worker and the artifact worker: types only. */
import type { KernelLayout } from "../../kernels/layout.ts";
import type { Circuit, Curve, Trust } from "../domain/circuit.ts";
import type { EngineChoice, KernelName, KernelReport } from "../domain/engine.ts";
import type { CachedCircuit } from "../domain/event.ts";
import type { FailureCode } from "../domain/failure.ts";
import type { CircuitId, Sha256 } from "../domain/ids.ts";
import type { KeyFigures } from "../domain/prepared-key.ts";
import type { MessagePortLike } from "../node/protocol.ts";

export type ArtifactApi = {
  /** Called once, first. Progress and changes of the cache come over `port`. */
  readonly attach: (port: MessagePortLike, options: ArtifactOptions) => Promise<void>;
  /**
   * Files of a circuit, from storage or fetched, hashed and kept. Calls for the same circuit share one download.
   * Never rejects: what went wrong is a value, since a rejection would lose its code on the way.
   */
  readonly load: (wanted: WantedCircuit) => Promise<LoadOutcome>;
  /**
   * Chooses among the kernels of a curve, when they are first needed, by this or by a circuit of the curve; how each fared
   * then comes over the port as well. Never rejects.
   */
  readonly kernels: (curve: Curve) => Promise<ChosenKernels>;
  readonly cached: () => Promise<readonly CachedCircuit[]>;
  /**
   * Something made with a circuit's files was wrong: its prepared key is made anew, from files that are hashed again, and the
   * kernel that was used, if it is to blame, is the last to be used from now on.
   */
  readonly distrust: (doubt: Doubt) => Promise<void>;
  /** Deletes a circuit's files from this device. */
  readonly remove: (circuitId: CircuitId) => Promise<void>;
};

export type ArtifactOptions = {
  /** Base of relative manifest URLs: the coordinator's origin. */
  readonly coordinatorOrigin: string;
  /** Raw Ed25519 public keys, hex, whose signature makes a manifest entry "signed". */
  readonly pinnedKeys: readonly string[];
  /** The setting. */
  readonly engine: EngineChoice;
  /** How many provers there will be: each gets a region of its own behind a key that they share. */
  readonly provers: number;
};

export type Doubt = {
  readonly zkeyDigest: Sha256;
  readonly curve: Curve;
  readonly kernel: KernelName | undefined;
};

export type WantedCircuit = {
  readonly circuitId: CircuitId;
  readonly zkeyDigest: Sha256;
  readonly manifestUrl: string;
};

export type LoadOutcome =
  | { readonly ok: true; readonly files: CircuitFiles }
  | { readonly ok: false; readonly code: FailureCode; readonly message: string };

/** Everything that a prover needs of a circuit; can be posted to any number of provers without copying a zkey. */
export type CircuitFiles = {
  readonly circuit: Circuit;
  readonly trust: Trust;
  readonly wasm: WebAssembly.Module;
  /** The file, which only an engine without a prepared key reads. Whoever reads it hashes it. */
  readonly zkey: BlobLike;
  /** snarkjs's verification_key.json. */
  readonly vkeyJson: string;
  /** Of the circuit's curve, fastest first; those that failed here are not among them. None: only snarkjs proves it. */
  readonly kernels: readonly CompiledKernel[];
  /** For `kernels[0]`; undefined where it could not be kept: then each prover prepares it from the zkey. */
  readonly key: PreparedKeyHandle | undefined;
};

/** A kernel module that has passed its tests on this device. */
export type CompiledKernel = {
  readonly layout: KernelLayout;
  readonly module: WebAssembly.Module;
  /** Whether the memory that it imports must be a shared one. */
  readonly shared: boolean;
};

export type ChosenKernels = {
  /** Those that work on this device, fastest first. None: only snarkjs proves. */
  readonly kernels: readonly CompiledKernel[];
  /** How each one fared that was tried. */
  readonly reports: readonly KernelReport[];
};

/** A proving key as `kernels[0]` has it: nothing is left to convert. */
export type PreparedKeyHandle = SharedKey | KeyFile;

/** In memory that all provers share. Nobody writes to the key. */
export type SharedKey = {
  readonly kind: "shared";
  /** As large as it must be; it never grows. */
  readonly memory: WebAssembly.Memory;
  readonly figures: KeyFigures;
  /** Where the key begins, bytes. */
  readonly address: number;
  readonly slots: KeySlots;
};

/** Room for proofs behind a shared key: slot k, at `address + k * bytes`, is the k-th prover's. */
export type KeySlots = {
  /** Tells this memory from all others of this browser: provers hold a Web Lock of this name for the slot they write to. */
  readonly name: string;
  readonly address: number;
  readonly bytes: number;
  readonly count: number;
};

/** In a file (src/groth16/key-file.ts), which each prover reads into a memory of its own. */
export type KeyFile = { readonly kind: "file"; readonly file: BlobLike };

/** Blob, in a realm-free form. */
export type BlobLike = {
  readonly size: number;
  slice(from: number, to: number): BlobLike;
  arrayBuffer(): Promise<ArrayBuffer>;
};

export type FromArtifacts =
  | {
      readonly type: "download";
      readonly circuitId: CircuitId;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  | { readonly type: "cached"; readonly circuits: readonly CachedCircuit[] }
  /** How the kernels of a curve fared; once per curve, when the last of them has been tried. */
  | { readonly type: "kernels"; readonly reports: readonly KernelReport[] }
  /** Something works less well than it should, e.g. there is no storage and files are kept in memory only. */
  | { readonly type: "trouble"; readonly code: FailureCode; readonly message: string };
