import type { CircuitFiles } from "../artifacts/protocol.ts";
import type { RandomBytes } from "../circuit/inputs/adapter.ts";
import { createWitnessCalculator, type WitnessCalculator } from "../circuit/witness.ts";
import { NodeFailure } from "../domain/failure.ts";
import type { MessagePortLike } from "../node/protocol.ts";
import type { Engine } from "./engine/engine.ts";
import type { prove, ProveTools } from "./prove.ts";
import type { FromProver, ProverApi, ProverReady } from "./protocol.ts";
import { createZkeyReader } from "./zkey.ts";

export type ProverTools = {
  /** Loads the engine and makes it ready. */
  readonly openEngine: () => Promise<Engine>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly random: RandomBytes;
};

type Attached = {
  readonly port: MessagePortLike;
  readonly tools: ProveTools;
  readonly prove: typeof prove;
};

/** The prover worker without its worker. */
export const createProver = (tools: ProverTools): ProverApi => {
  let attached: Attached | undefined;
  let proving = false;

  const requireAttached = (): Attached => {
    if (attached !== undefined) return attached;
    throw new NodeFailure("internal", "the prover is not attached yet");
  };

  return {
    attach: async (port) => {
      // Input adapters bring tables of constants with them: both chunks load side by side, and the entry stays small.
      const [engine, loaded] = await Promise.all([tools.openEngine(), import("./prove.ts")]);
      attached = { port, tools: proveTools(engine, tools), prove: loaded.prove };
      return describe(engine, tools.now);
    },
    prove: async ({ attemptId, files, input }) => {
      const mine = requireAttached();
      if (proving) throw new NodeFailure("internal", "the prover is proving already");
      proving = true;
      try {
        const onProgress = teller(mine.port, attemptId);
        return await mine.prove({ files, input, onProgress }, mine.tools);
      } finally {
        proving = false;
      }
    },
    help: async () => {
      await Promise.resolve();
      throw new NodeFailure("internal", "this prover has no key in memory that it shares");
    },
    verify: async (request) => {
      const { engine } = requireAttached().tools;
      // Signatures and messages are a third of the entry's bytes, and most provers never verify a receipt.
      const { verify } = await import("./verify.ts");
      return verify(request, engine);
    },
  };
};

/** What it proves with. */
const describe = (engine: Engine, now: ProverTools["now"]): ProverReady => ({
  engine: engine.name,
  selfTestMs: atLeast1(timeSelfTest(engine, now)),
});

/** 0 means unknown. */
const atLeast1 = (ms: number): number => Math.max(1, Math.round(ms));

const timeSelfTest = (engine: Engine, now: ProverTools["now"]): number => {
  const startedAt = now();
  engine.selfTest();
  return now() - startedAt;
};

const proveTools = (engine: Engine, tools: ProverTools): ProveTools => ({
  engine,
  readZkey: createZkeyReader(),
  calculatorOf: createCalculatorCache(),
  lastDurations: new Map(),
  now: tools.now,
  random: tools.random,
});

const teller = (port: MessagePortLike, attemptId: string) => {
  return (stage: FromProver["stage"], share: number): void => {
    const message: FromProver = { type: "progress", attemptId, stage, share };
    port.postMessage(message);
  };
};

/** Keeps the last circuit's calculator: a module arrives as a new object with every task, its code does not change. */
const createCalculatorCache = (): ((files: CircuitFiles) => WitnessCalculator) => {
  let kept: { readonly digest: string; readonly calculator: WitnessCalculator } | undefined;
  return ({ circuit, wasm }) => {
    const digest = circuit.wasm.sha256;
    if (kept?.digest !== digest) kept = { digest, calculator: createWitnessCalculator(wasm) };
    return kept.calculator;
  };
};
