/** Threads that make proofs together, on one key in shared memory. */
import { Worker } from "node:worker_threads";
import type { KernelId } from "../../kernels/field/field.ts";
import type { KernelLayout } from "../../kernels/layout.ts";
import { buildKernelModule } from "../../kernels/modules.ts";
import { createWitnessCalculator } from "../circuit/witness.ts";
import { checkInput } from "../circuit/inputs/index.ts";
import type { KeyFigures } from "../domain/prepared-key.ts";
import type { Blinding } from "../groth16/blinding.ts";
import type { LeadJob } from "../groth16/parallel/leader.ts";
import type { Unit } from "../groth16/parallel/units.ts";
import { instantiateKernel } from "../groth16/instance.ts";
import { align, CoreMemory, pagesFor } from "../groth16/memory.ts";
import { teamScratchBytes } from "../groth16/scratch.ts";
import { createModuleKernel } from "../groth16/module-kernel.ts";
import { planKey } from "../groth16/plan-key.ts";
import { proveWithCore } from "../groth16/groth16.ts";
import { prepareFromPlan } from "../groth16/prepared-key.ts";
import { finish } from "../groth16/resumable.ts";
import { readWtns } from "../groth16/wtns.ts";
import { readZkey } from "../groth16/zkey.ts";
import { readBuiltInCircuit } from "./circuits.ts";

export type TeamRole =
  | { readonly name: "help"; readonly lane: number }
  | {
      readonly name: "lead";
      readonly wtns: Uint8Array;
      readonly blinding: Blinding;
      readonly limits: Pick<LeadJob, "patience" | "leastBases">;
    };

/** What is wrong with a thread, between two computations. */
export type Fault =
  /** It stops for ever in the middle of such a unit. */
  | { readonly name: "stuck"; readonly during: Unit["kind"] }
  /** It loses time there, ms. */
  | { readonly name: "slow"; readonly ms: number };

export type ToTeamThread = {
  /** The team's. */
  readonly buffer: SharedArrayBuffer;
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly layout: KernelLayout;
  readonly figures: KeyFigures;
  /** Where the key begins. */
  readonly key: number;
  readonly region: { readonly begin: number; readonly end: number };
  readonly role: TeamRole;
  readonly fault: Fault | undefined;
  /** Nobody ever writes to it. */
  readonly unused: SharedArrayBuffer;
};

export type FromTeamThread =
  | { readonly name: "ready" }
  | { readonly name: "stuck" }
  | { readonly name: "helped"; readonly kept: number }
  | {
      readonly name: "proved";
      readonly proof: string;
      readonly ms: number;
      readonly steps: readonly string[];
      /** Of the whole, as they were told. */
      readonly shares: readonly number[];
    }
  | { readonly name: "failed"; readonly message: string };

export type TeamThread = {
  /** What it tells next. Rejects when it ends before. */
  readonly next: () => Promise<FromTeamThread>;
  readonly terminate: () => Promise<void>;
};

const REGIONS = 3;
/** More than the key takes, and the proof that one thread makes behind it. */
const KEY_BYTES = 64 * 2 ** 20;

/** merkle_proof's key in memory that all threads share, and its proof by one thread alone. */
export const openTeamStand = async (kernelId: KernelId, blinding: Blinding) => {
  const circuit = readBuiltInCircuit("merkle_proof");
  const { bytes, layout } = buildKernelModule("bn128", kernelId, { shared: true });
  const module = new WebAssembly.Module(bytes);
  const plan = finish(planKey(readZkey(circuit.zkeyBytes), layout, { withB1: false }));
  const regionBytes = align(teamScratchBytes(plan.figures, layout));
  const pages = pagesFor(KEY_BYTES + REGIONS * regionBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const heap = new CoreMemory(memory, layout.heapBase);
  const exports = instantiateKernel(module, memory);
  const kernel = createModuleKernel({ exports, layout, memory: heap });
  const key = heap.mark();
  const opened = prepareFromPlan(plan, { memory: heap, kernel });
  const regions = heap.mark();
  const regionOf = (lane: number) => {
    const begin = regions + lane * regionBytes;
    return { begin, end: begin + regionBytes };
  };
  const wtns = witnessOf(circuit);
  const alone = await proveWithCore(
    { key: opened, wtns: readWtns(wtns, opened), blinding, onStep: () => undefined },
    { memory: heap, kernel },
  );
  const start = (
    buffer: SharedArrayBuffer,
    lane: number,
    { role, fault }: { readonly role: TeamRole; readonly fault?: Fault | undefined },
  ): TeamThread =>
    startThread({
      ...{ buffer, memory, module, layout, figures: plan.figures, key, role, fault },
      region: regionOf(lane),
      unused: new SharedArrayBuffer(4),
    });
  return {
    alone: Buffer.from(alone.bytes).toString("hex"),
    lead: (
      buffer: SharedArrayBuffer,
      limits: Pick<LeadJob, "patience" | "leastBases">,
      fault?: Fault,
    ) => start(buffer, 0, { role: { name: "lead", wtns, blinding, limits }, fault }),
    /** Overwrites a lane's region, as its next proof would. */
    spoil: (lane: number): void => {
      const { begin, end } = regionOf(lane);
      new Uint8Array(memory.buffer).fill(0xa5, begin, end);
    },
    help: (buffer: SharedArrayBuffer, lane: number, fault?: Fault) =>
      start(buffer, lane, { role: { name: "help", lane }, fault }),
  };
};

const witnessOf = ({ files, input }: ReturnType<typeof readBuiltInCircuit>): Uint8Array => {
  const checked = checkInput(files.circuit, input);
  if (!checked.ok) throw new Error("the sample input is malformed");
  const random = (length: number) => new Uint8Array(length).fill(1);
  return createWitnessCalculator(files.wasm).calculate(checked.complete(random).signals).wtns;
};

/** A thread of Node.js runs TypeScript when it has registered a loader itself. */
const boot = `
  import("tsx/esm/api").then(({ register }) => {
    register();
    return import(${JSON.stringify(new URL("./team-thread.ts", import.meta.url).href)});
  });
`;

const startThread = (data: ToTeamThread): TeamThread => {
  const worker = new Worker(boot, { eval: true, workerData: data, execArgv: [] });
  const told: FromTeamThread[] = [];
  let wake = (): void => undefined;
  let over: Error | undefined;
  const end = (error: Error): void => {
    over ??= error;
    wake();
  };
  worker.on("message", (message: FromTeamThread) => {
    told.push(message);
    wake();
  });
  worker.on("error", end);
  worker.on("exit", () => end(new Error("the thread has ended")));
  return {
    next: async () => {
      for (;;) {
        const message = told.shift();
        if (message !== undefined) return message;
        if (over !== undefined) throw over;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    terminate: async () => {
      await worker.terminate();
    },
  };
};
