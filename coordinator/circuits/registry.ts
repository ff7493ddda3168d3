/** What the coordinator knows of circuits: types only. `open.ts` implements it over the database and the data folder. */
import type { Circuit } from "../../src/domain/circuit.ts";
import type { CircuitId } from "../../src/domain/ids.ts";

export type CircuitRegistry = {
  /** Every version that open tasks or nodes may still need; the current one of each id is the last added. */
  readonly current: () => readonly RegisteredCircuit[];
  readonly byId: (id: CircuitId) => RegisteredCircuit | undefined;
  /** The version with this zkey, also when it has been replaced. */
  readonly byZkey: (zkeyDigest: string) => RegisteredCircuit | undefined;
  /** As `byZkey`, removed circuits too: proofs that were accepted stay good, and `vkeyJson` has their key. */
  readonly past: (zkeyDigest: string) => Circuit | undefined;
  /**
   * Admits a circuit from two files that it takes over: hashes them, derives the verification key from the zkey, checks
   * it (gamma != delta, no infinities, in subgroup, lengths, at least one contribution or marked development), stores
   * the artifacts by digest and the row, signs the manifest entry.
   */
  readonly add: (files: NewCircuit) => Promise<Admission>;
  readonly remove: (id: CircuitId) => Promise<"removed" | "unknown" | "built-in">;
  /** The manifest as it is served: JSON text, entries signed one by one. */
  readonly manifest: () => string;
  /** Path of an artifact by its digest, or undefined. */
  readonly artifactPath: (sha256: string) => string | undefined;
  readonly vkeyJson: (circuit: Circuit) => Promise<string>;
  /** Public half of the key that signs manifest entries, hex; the served page pins it. */
  readonly signingKey: string;
  /** Called after a change, also one by another replica. */
  readonly onChange: (listener: () => void) => () => void;
};

export type RegisteredCircuit = {
  readonly circuit: Circuit;
  readonly builtIn: boolean;
  readonly signed: boolean;
};

export type NewCircuit = {
  readonly id: string;
  readonly wasmPath: string;
  readonly zkeyPath: string;
  /** Empty = numbered "out[0]"… */
  readonly publicSignals: readonly string[];
  readonly replace: boolean;
};

export type Admission =
  | {
      readonly admitted: true;
      readonly circuit: RegisteredCircuit;
      readonly warnings: readonly string[];
    }
  /** `rule` is stable, e.g. "VKEY_GAMMA_EQUALS_DELTA"; `problem` and `remedy` are sentences. */
  | {
      readonly admitted: false;
      readonly rule: string;
      readonly field: string;
      readonly problem: string;
      readonly remedy: string;
    };
