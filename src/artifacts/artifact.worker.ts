// Entry of the artifact worker: wiring only.
import { expose } from "comlink";
import { kernels } from "virtual:kernels";
import { memoryBudgetBytes } from "../domain/memory-budget.ts";
import { clock } from "../platform/worker/clock.ts";
import { createTurn } from "../platform/worker/turn.ts";
import { createArtifacts } from "./artifacts.ts";
import { openMemory } from "./store/memory.ts";
import { openOpfs } from "./store/opfs.ts";

const never = new AbortController().signal;

expose(
  createArtifacts({
    network: {
      fetch: (url, options) => fetch(url, options),
      clock,
      random: Math.random,
    },
    openStore: () =>
      openOpfs({
        root: () => navigator.storage.getDirectory(),
        sleep: (ms) => clock.sleep(ms, never),
      }),
    fallback: openMemory,
    offered: kernels,
    isolated: crossOriginIsolated,
    uniqueName: () => crypto.randomUUID(),
    memoryBudgetBytes: memoryBudgetBytes(navigator),
    turn: createTurn(),
  }),
);
