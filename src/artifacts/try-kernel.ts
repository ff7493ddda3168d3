/** One kernel on trial: fetched, compiled, tested against known answers, timed. Fails: never; why it failed is a value. */
import type { KernelOutcome } from "../domain/engine.ts";
import { NodeFailure } from "../domain/failure.ts";
import { within } from "../domain/pause.ts";
import { instantiateKernel } from "../groth16/instance.ts";
import { CoreMemory } from "../groth16/memory.ts";
import {
  selfTest,
  sumWork,
  type SelfTestCore,
  type SelfTestVectors,
} from "../groth16/self-test.ts";
import type { KernelTools, OfferedKernel } from "./kernel-tools.ts";
import { lackOf } from "./probe.ts";
import type { CompiledKernel } from "./protocol.ts";

/** A tenth of a megabyte, and its compilation on a busy phone. */
const FETCH_LIMIT_MS = 20_000;
/** Far more than the self-test takes. */
const MEMORY_PAGES = { initial: 64, maximum: 1_024 };

export type Fetched =
  | { readonly ok: true; readonly kernel: CompiledKernel }
  | {
      readonly ok: false;
      readonly outcome: KernelOutcome;
      /** Whether it may be there another time: the network was in the way, not the kernel. */
      readonly mayCome: boolean;
    };

/** Fetches and compiles, if this browser has what the kernel needs. */
export const fetchKernel = async (offered: OfferedKernel, tools: KernelTools): Promise<Fetched> => {
  const { isolated, network } = tools;
  try {
    const outcome = lackOf(offered);
    if (outcome !== undefined) return { ok: false, outcome, mayCome: false };
    const signal = new AbortController().signal;
    const limit = { clock: network.clock, ms: FETCH_LIMIT_MS, signal, what: "fetching it" };
    const url = isolated ? offered.sharedUrl : offered.url;
    const module = await within(limit, (inner) => compile(url, inner, tools));
    return { ok: true, kernel: { layout: offered.layout, module, shared: isolated } };
  } catch (reason) {
    const mayCome = !(reason instanceof WebAssembly.CompileError);
    return { ok: false, outcome: failed(reason), mayCome };
  }
};

/** Tests it, then times it. Nothing else should be computing meanwhile. */
export const examineKernel = async (
  { layout, module, shared }: CompiledKernel,
  vectors: SelfTestVectors,
  now: () => number,
): Promise<KernelOutcome> => {
  try {
    const memory = new WebAssembly.Memory({ ...MEMORY_PAGES, shared });
    const core: SelfTestCore = {
      exports: instantiateKernel(module, memory),
      memory: new CoreMemory(memory, layout.heapBase),
      layout,
    };
    await selfTest(core, vectors);
    const work = sumWork(core, vectors);
    const ms = await fastest(work.run, now);
    return { name: "passed", nanoseconds: Math.round((ms * 1e6) / work.points) };
  } catch (reason) {
    return failed(reason);
  }
};

const compile = async (
  url: string,
  signal: AbortSignal,
  { network }: KernelTools,
): Promise<WebAssembly.Module> => {
  const response = await network.fetch(url, { signal, credentials: "omit" });
  if (!response.ok) throw new NodeFailure("unreachable", `${url} answered ${response.status}`);
  // Compiled while it comes; a host that names another type gets no such service.
  const streams = response.headers.get("content-type") === "application/wasm";
  return streams
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
};

/** Ended when it has not become a twentieth faster for so long, as code does that an engine is still compiling. */
const STEADY_MS = 50;
const LONGEST_MS = 500;

/** The shortest of the times that `run` takes, ms. */
const fastest = async (run: () => Promise<void>, now: () => number): Promise<number> => {
  const startedAt = now();
  let best = Infinity;
  let improvedAt = startedAt;
  for (;;) {
    const begunAt = now();
    await run();
    const endedAt = now();
    const took = endedAt - begunAt;
    if (took < 0.95 * best) improvedAt = endedAt;
    best = Math.min(best, took);
    if (endedAt - improvedAt >= STEADY_MS || endedAt - startedAt >= LONGEST_MS) return best;
  }
};

const failed = (reason: unknown): KernelOutcome => ({
  name: "failed",
  why: NodeFailure.from(reason).message,
});
