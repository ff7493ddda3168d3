/** What the benchmark asks of its page, and the page of its workers: types only. Results cross as JSON. */
import type { Curve } from "../../src/domain/circuit.ts";
import type { KernelName } from "../../src/domain/engine.ts";
import type { EngineProof } from "../../src/prover/engine/engine.ts";
import type { Visit } from "./competitor.ts";
import type { KeyWay } from "./kept-keys.ts";
import type { PrimitiveId } from "./primitives.ts";
import type { WitnessCalculatorId } from "./witness-calculators.ts";

export type CircuitName = { readonly id: string; readonly curve: Curve };

/** A proof as it crosses from the page: bytes in hex. */
export type PageProof = { readonly hex: string; readonly publicSignals: readonly string[] };

export type ProofRun = {
  /** From the call to the last proof, by the page's clock. */
  readonly ms: number;
  /** One from each prover, in the order in which they were named. */
  readonly proofs: readonly PageProof[];
};

/** `bench` in the page. Provers go by the number that `startProver` gives. */
export type BenchPage = {
  /** Starts a worker and has it fetch the circuit's files. */
  readonly startProver: (competitor: string, circuit: CircuitName, visit: Visit) => Promise<number>;
  /** Opens the engine and makes a proof; null when the browser lacks what the engine needs. */
  readonly firstProof: (prover: number) => Promise<ProofRun | null>;
  /** One proof from each of the provers, all at once. */
  readonly prove: (provers: readonly number[]) => Promise<ProofRun>;
  /** Bytes of WebAssembly memory that the prover holds. */
  readonly memory: (prover: number) => Promise<number>;
  /** Starts a worker that keeps a key; the file's bytes, or null when the browser does not take the kernel's instructions. */
  readonly startKey: (kernel: KernelName, circuit: CircuitName) => Promise<number | null>;
  /** Milliseconds of making it of the zkey; of having it as it was kept. */
  readonly convertKey: () => Promise<number>;
  readonly openKey: (way: KeyWay) => Promise<number>;
  /** Starts workers that share a key; false when the browser does not take the kernel's instructions. */
  readonly startTeam: (
    kernel: KernelName,
    circuit: CircuitName,
    members: number,
  ) => Promise<boolean>;
  /** One proof by so many of them. */
  readonly proveInTeam: (members: number) => Promise<ProofRun>;
  /** Starts a worker that has each calculator make the circuit's witness; they are compared. */
  readonly startWitness: (circuit: CircuitName) => Promise<void>;
  /** Milliseconds of one witness. */
  readonly runWitness: (calculator: WitnessCalculatorId) => Promise<number>;
  /** Starts the worker of the primitives; says which competitors the browser can run. Results are compared before. */
  readonly startPrimitives: (competitors: readonly string[]) => Promise<readonly string[]>;
  /** Milliseconds of one run. */
  readonly runPrimitive: (competitor: string, primitive: PrimitiveId) => Promise<number>;
};

export type ProverWorker = {
  readonly load: (competitor: string, circuit: CircuitName, visit: Visit) => Promise<void>;
  /** Whether the browser has what the engine needs. */
  readonly open: () => Promise<boolean>;
  readonly prove: () => Promise<EngineProof>;
  readonly memoryBytes: () => number;
};

export type KeyWorker = {
  readonly load: (kernel: KernelName, circuit: CircuitName) => Promise<number | undefined>;
  readonly convert: BenchPage["convertKey"];
  readonly open: BenchPage["openKey"];
};

export type WitnessWorker = {
  readonly load: BenchPage["startWitness"];
  readonly run: BenchPage["runWitness"];
};

export type PrimitivesWorker = {
  readonly open: BenchPage["startPrimitives"];
  readonly run: BenchPage["runPrimitive"];
};
