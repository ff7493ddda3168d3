/** The page: starts workers, has them work, and takes the time. The benchmark calls `bench` in it. */
import { wrap, type Remote } from "comlink";
import type { EngineProof } from "../../../src/prover/engine/engine.ts";
import type {
  BenchPage,
  PageProof,
  PrimitivesWorker,
  ProofRun,
  ProverWorker,
  WitnessWorker,
} from "../protocol.ts";

import { proveInTeam, startTeam } from "./team.ts";

/** Only where the page is isolated from other origins, and only in Chromium: TypeScript's library has it not. */
type MemoryMeter = {
  readonly measureUserAgentSpecificMemory?: () => Promise<{ readonly bytes: number }>;
};

const provers: Remote<ProverWorker>[] = [];
let primitives: Remote<PrimitivesWorker> | undefined;
let witness: Remote<WitnessWorker> | undefined;

const proverAt = (index: number): Remote<ProverWorker> => {
  const prover = provers[index];
  if (prover === undefined) throw new Error(`there is no prover ${index}`);
  return prover;
};

/** Rejects when the worker's script does not load: its calls would wait for ever. */
const failed = (worker: Worker): Promise<never> =>
  new Promise((_resolve, reject) => {
    worker.addEventListener("error", ({ message }) => {
      reject(new Error(`a worker failed: ${message}`));
    });
  });

const timed = async (work: () => Promise<readonly EngineProof[]>): Promise<ProofRun> => {
  const begun = performance.now();
  const proofs = await work();
  const ms = performance.now() - begun;
  return { ms, proofs: proofs.map(asPageProof) };
};

const asPageProof = ({ bytes, publicSignals }: EngineProof): PageProof => ({
  hex: Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
  publicSignals,
});

const pageBytes = async (): Promise<number> => {
  const { measureUserAgentSpecificMemory: measure }: MemoryMeter = performance as MemoryMeter;
  if (measure === undefined) throw new Error("the page is not cross-origin isolated");
  return (await measure.call(performance)).bytes;
};

const bench: BenchPage = {
  startProver: async (competitor, circuit) => {
    // Vite finds a worker by this very form.
    const worker = new Worker(new URL("./prover.worker.ts", import.meta.url), { type: "module" });
    const prover = wrap<ProverWorker>(worker);
    await Promise.race([prover.load(competitor, circuit), failed(worker)]);
    return provers.push(prover) - 1;
  },
  firstProof: async (index) => {
    const prover = proverAt(index);
    const run = await timed(async () => ((await prover.open()) ? [await prover.prove()] : []));
    return run.proofs.length > 0 ? run : null;
  },
  prove: (indices) => timed(() => Promise.all(indices.map((index) => proverAt(index).prove()))),
  memory: async (index) => ({
    engine: await proverAt(index).memoryBytes(),
    page: await pageBytes(),
  }),
  startTeam: (kernel, circuit, members) => startTeam(kernel, circuit, members),
  proveInTeam: (members) => timed(async () => [await proveInTeam(members)]),
  startWitness: (circuit) => {
    const worker = new Worker(new URL("./witness.worker.ts", import.meta.url), { type: "module" });
    witness = wrap<WitnessWorker>(worker);
    return Promise.race([witness.load(circuit), failed(worker)]);
  },
  runWitness: (calculator) => {
    if (witness === undefined) throw new Error("the calculators are not started");
    return witness.run(calculator);
  },
  startPrimitives: (competitors) => {
    const worker = new Worker(new URL("./primitives.worker.ts", import.meta.url), {
      type: "module",
    });
    primitives = wrap<PrimitivesWorker>(worker);
    return Promise.race([primitives.open(competitors), failed(worker)]);
  },
  runPrimitive: (competitor, primitive) => {
    if (primitives === undefined) throw new Error("the primitives are not started");
    return primitives.run(competitor, primitive);
  },
};

Object.assign(globalThis, { bench });
