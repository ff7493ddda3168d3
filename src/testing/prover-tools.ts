/** What a prover worker gives its prover, in this thread. */
import { setImmediate } from "node:timers/promises";
import { createWitnessCalculator } from "../circuit/witness.ts";
import type { CoreTools } from "../prover/engine/core.ts";
import type { HoldLock } from "../prover/engine/regions.ts";
import { openSnarkjs, type Snarkjs } from "../prover/engine/snarkjs.ts";
import { createEngines } from "../prover/engines.ts";
import { createPause } from "../groth16/pause.ts";
import type { ProveTools } from "../prover/prove.ts";
import type { ProverTools } from "../prover/prover.ts";
import { readZkeyFile } from "../prover/zkey.ts";

/** Locks of one browser: who asks waits for whoever holds it, at most so long. */
export const createLocks = (): HoldLock => {
  const held = new Map<string, Promise<void>>();
  return async (name, ms) => {
    const freed = held.get(name) ?? Promise.resolve();
    const late = new Promise<"late">((resolve) => setTimeout(() => resolve("late"), ms).unref());
    if ((await Promise.race([freed, late])) === "late") return undefined;
    let release = (): void => undefined;
    held.set(name, new Promise((resolve) => (release = resolve)));
    return release;
  };
};

const now = (): number => performance.now();
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const turn = async (): Promise<void> => {
  await setImmediate();
};

export const proverTools = (changes: Partial<ProverTools> = {}): ProverTools => ({
  ...{ openSnarkjs, now, random, turn },
  holdLock: createLocks(),
  ...changes,
});

/** Tools as a prover makes them, with the snarkjs that is among them. `lane` is 0 where none is given. */
export const openProveTools = async (
  changes: Partial<Pick<CoreTools, "lane" | "holdLock">> = {},
): Promise<ProveTools & { readonly snarkjs: Snarkjs }> => {
  const snarkjs = await openSnarkjs();
  const engines = createEngines(snarkjs, {
    ...{ lane: 0, holdLock: createLocks(), turn, now, ...changes },
    readZkey: readZkeyFile,
    fillRandom: (bytes) => void crypto.getRandomValues(bytes),
  });
  return {
    ...{ snarkjs, now, random },
    enginesFor: engines.of,
    verifier: snarkjs,
    memoryBytes: engines.memoryBytes,
    pause: createPause(now, turn),
    calculatorOf: ({ wasm }) => createWitnessCalculator(wasm),
    lastDurations: new Map(),
  };
};
