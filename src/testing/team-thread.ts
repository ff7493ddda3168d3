// Entry of a thread that leads or helps a team, for tests: a prover without circuits, node and browser.
import { parentPort, workerData } from "node:worker_threads";
import { setImmediate, setTimeout } from "node:timers/promises";
import { Team } from "../domain/team.ts";
import { proveWithCore } from "../groth16/groth16.ts";
import { instantiateKernel } from "../groth16/instance.ts";
import { placeKey } from "../groth16/key-layout.ts";
import { CoreMemory } from "../groth16/memory.ts";
import { createModuleKernel } from "../groth16/module-kernel.ts";
import { Board } from "../groth16/parallel/board.ts";
import type { Unit } from "../groth16/parallel/units.ts";
import { helpTeam } from "../groth16/parallel/helper.ts";
import { openKey } from "../groth16/prepared-key.ts";
import { readWtns } from "../groth16/wtns.ts";
import type { FromTeamThread, ToTeamThread } from "./team-threads.ts";

const { buffer, fault, figures, key, layout, memory, module, region, role, unused } =
  workerData as ToTeamThread;

const tell = (message: FromTeamThread): void => parentPort?.postMessage(message);

const team = new Team(buffer);
const board = new Board(team);

/** Of the unit that this thread does now. */
const doing = (): Unit["kind"] | undefined => {
  const units = board.read()?.units ?? [];
  return units.find((_, index) => {
    const state = board.stateOf(index);
    return role.name === "help" && state.name === "taken" && state.by.lane === role.lane;
  })?.kind;
};

/** Turns to its messages, and does what goes wrong when its time has come. */
const turn = async (): Promise<void> => {
  await setImmediate();
  if (fault?.name === "slow") await setTimeout(fault.ms);
  if (fault?.name !== "stuck" || (role.name === "help" && doing() !== fault.during)) return;
  tell({ name: "stuck" });
  await setImmediate();
  // As a loop without end would: it is neither heard of nor can it be called back.
  Atomics.wait(new Int32Array(unused), 0, 0);
};

const run = async (): Promise<void> => {
  const core = {
    layout,
    exports: instantiateKernel(module, memory),
    memory: new CoreMemory(memory, region.begin, region.end),
  };
  const kernel = createModuleKernel(core);
  const places = placeKey(figures, kernel.shape, new CoreMemory(memory, key));
  const opened = openKey(figures, places, kernel);
  const tools = { kernel, memory: core.memory, turn };
  const before = core.memory.mark();
  tell({ name: "ready" });
  if (role.name === "help") {
    await helpTeam(team, role.lane, { ...tools, key: opened });
    tell({ name: "helped", kept: core.memory.mark() - before });
    return;
  }
  const { blinding, limits, wtns } = role;
  const steps: string[] = [];
  const shares: number[] = [];
  const job = {
    ...{ key: opened, blinding, wtns: readWtns(wtns, opened) },
    onStep: (name: string) => void steps.push(name),
    onProgress: (share: number) => void shares.push(share),
  };
  const together = { ...tools, team, limits, now: () => performance.now() };
  const begun = performance.now();
  const { bytes } = await proveWithCore({ ...job, together }, tools);
  const ms = performance.now() - begun;
  tell({ name: "proved", proof: Buffer.from(bytes).toString("hex"), ms, steps, shares });
};

await run().catch((reason: unknown) => tell({ name: "failed", message: String(reason) }));
