import type { CircuitFiles } from "../artifacts/protocol.ts";
import type { RandomBytes } from "../circuit/inputs/adapter.ts";
import { createWitnessCalculator, type WitnessCalculator } from "../circuit/witness.ts";
import { NodeFailure } from "../domain/failure.ts";
import type { MessagePortLike } from "../node/protocol.ts";
import type { HoldLock } from "./engine/regions.ts";
import type { Snarkjs } from "./engine/snarkjs.ts";
import type { ProverEngines } from "./engines.ts";
import { createPause } from "../groth16/pause.ts";
import type { prove, ProveTools } from "./prove.ts";
import type { FromProver, ProverApi, ProverOptions, ProverReady } from "./protocol.ts";
import { readZkeyFile } from "./zkey.ts";

export type ProverTools = {
  /** Loads snarkjs and makes it ready: it checks every proof, and makes those that nothing else does. */
  readonly openSnarkjs: () => Promise<Snarkjs>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly random: RandomBytes;
  readonly holdLock: HoldLock;
  /** Resolves when this thread has turned to its messages. */
  readonly turn: () => Promise<void>;
};

type Attached = {
  readonly port: MessagePortLike;
  readonly snarkjs: Snarkjs;
  readonly engines: ProverEngines;
  readonly tools: ProveTools;
  readonly prove: typeof prove;
};

/** The prover worker without its worker. */
export const createProver = (tools: ProverTools): ProverApi => {
  let attached: Attached | undefined;
  let busy = false;

  const requireAttached = (): Attached => {
    if (attached !== undefined) return attached;
    throw new NodeFailure("internal", "the prover is not attached yet");
  };
  const alone = async <Value>(work: (mine: Attached) => Promise<Value>): Promise<Value> => {
    const mine = requireAttached();
    if (busy) throw new NodeFailure("internal", "the prover is proving already");
    busy = true;
    try {
      return await work(mine);
    } finally {
      busy = false;
    }
  };

  return {
    attach: async (port, options) => {
      attached = await open(port, options, tools);
      return describe(attached.snarkjs, options, tools.now);
    },
    prove: ({ attemptId, files, input, team }) =>
      alone((mine) => {
        const onProgress = teller(mine.port, attemptId);
        return mine.prove({ files, input, team, onProgress }, mine.tools);
      }),
    help: ({ team, lane, files }) =>
      alone(async ({ engines }) => {
        const core = engines.core(files);
        if (core === undefined) throw new NodeFailure("internal", "no kernel takes this circuit");
        const { Team } = await import("../domain/team.ts");
        await core.help(files, new Team(team), lane);
      }),
    verify: async (request) => {
      const { snarkjs } = requireAttached();
      // Signatures and messages are a third of the entry's bytes, and most provers never verify a receipt.
      const { verify } = await import("./verify.ts");
      return verify(request, snarkjs);
    },
  };
};

const open = async (
  port: MessagePortLike,
  { lane }: ProverOptions,
  tools: ProverTools,
): Promise<Attached> => {
  // Input adapters bring tables of constants with them, engines bring engines: all chunks load side by side, and the entry
  // stays small.
  const [snarkjs, { prove }, { createEngines }] = await Promise.all([
    tools.openSnarkjs(),
    import("./prove.ts"),
    import("./engines.ts"),
  ]);
  const { now, turn, random, holdLock } = tools;
  const engines = createEngines(snarkjs, {
    ...{ lane, holdLock, turn, now },
    readZkey: readZkeyFile,
    fillRandom: (bytes) => bytes.set(random(bytes.length)),
  });
  const proveTools: ProveTools = {
    enginesFor: engines.of,
    verifier: snarkjs,
    memoryBytes: engines.memoryBytes,
    calculatorOf: createCalculatorCache(),
    lastDurations: new Map(),
    pause: createPause(now, turn),
    ...{ now, random },
  };
  return { port, snarkjs, engines, prove, tools: proveTools };
};

/** What it proves with: the first kernel, and snarkjs where there is none. */
const describe = async (
  snarkjs: Snarkjs,
  { kernels: [kernel] }: ProverOptions,
  now: () => number,
): Promise<ProverReady> => {
  if (kernel === undefined) {
    return { engine: snarkjs.name, selfTestMs: atLeast1(timeSelfTest(snarkjs, now)) };
  }
  const [{ timeKernel }, { coreName }] = await Promise.all([
    import("./kernel-speed.ts"),
    import("../groth16/engine-name.ts"),
  ]);
  return {
    engine: coreName(kernel.layout.kernel),
    selfTestMs: atLeast1(await timeKernel(kernel, now)),
  };
};

/** 0 means unknown. */
const atLeast1 = (ms: number): number => Math.max(1, Math.round(ms));

const timeSelfTest = (snarkjs: Snarkjs, now: ProverTools["now"]): number => {
  const startedAt = now();
  snarkjs.selfTest();
  return now() - startedAt;
};

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
