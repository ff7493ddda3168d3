/** The page: starts workers, has them work, and takes the time. The benchmark calls `bench` in it. */
import { wrap, type Remote } from "comlink";
import type { EngineProof } from "../../../src/prover/engine/engine.ts";
import type {
  BenchPage,
  KeyWorker,
  PageProof,
  PrimitivesWorker,
  ProofRun,
  ProverWorker,
  WitnessWorker,
} from "../protocol.ts";

import { proveInTeam, startTeam } from "./team.ts";

const provers: Remote<ProverWorker>[] = [];
let primitives: Remote<PrimitivesWorker> | undefined;
let key: Remote<KeyWorker> | undefined;
let witness: Remote<WitnessWorker> | undefined;

const proverAt = (index: number): Remote<ProverWorker> => {
  const prover = provers[index];
  if (prover === undefined) throw new Error(`there is no prover ${index}`);
  return prover;
};

const startedKey = (): Remote<KeyWorker> => {
  if (key === undefined) throw new Error("no key is started");
  return key;
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

const bench: BenchPage = {
  startProver: async (competitor, circuit, visit) => {
    // Vite finds a worker by this very form.
    const worker = new Worker(new URL("./prover.worker.ts", import.meta.url), { type: "module" });
    const prover = wrap<ProverWorker>(worker);
    await Promise.race([prover.load(competitor, circuit, visit), failed(worker)]);
    return provers.push(prover) - 1;
  },
  firstProof: async (index) => {
    const prover = proverAt(index);
    const run = await timed(async () => ((await prover.open()) ? [await prover.prove()] : []));
    return run.proofs.length > 0 ? run : null;
  },
  prove: (indices) => timed(() => Promise.all(indices.map((index) => proverAt(index).prove()))),
  memory: (index) => proverAt(index).memoryBytes(),
  startKey: async (kernel, circuit) => {
    const worker = new Worker(new URL("./key.worker.ts", import.meta.url), { type: "module" });
    key = wrap<KeyWorker>(worker);
    return (await Promise.race([key.load(kernel, circuit), failed(worker)])) ?? null;
  },
  convertKey: () => startedKey().convert(),
  openKey: (way) => startedKey().open(way),
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
