/** Our own core, on one kernel of one curve. */
import type { CircuitFiles, CompiledKernel, SharedKey } from "../../artifacts/protocol.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { Team } from "../../domain/team.ts";
import { canTransform } from "../../groth16/domain.ts";
import { coreName } from "../../groth16/engine-name.ts";
import {
  convertZkey,
  copyKey,
  loadKey,
  openCore,
  type KeyMemory,
  type OpenCore,
} from "../../groth16/open-core.ts";
import { helpTeam } from "../../groth16/parallel/helper.ts";
import { proveWitness } from "../../groth16/prove-witness.ts";
import type { FillRandom } from "../../groth16/random-scalar.ts";
import { requireFittingKey } from "../fit.ts";
import { blobReader } from "./blob-reader.ts";
import { stepsOfCore } from "./core-steps.ts";
import type { Engine, SizedCircuit } from "./engine.ts";
import { claimRegion, type HoldLock, type Region } from "./regions.ts";

export type CoreTools = {
  /** Which of the provers this one is; undefined for one that has no room in shared memory. */
  readonly lane: number | undefined;
  readonly holdLock: HoldLock;
  readonly readZkey: (files: CircuitFiles) => Promise<Uint8Array>;
  readonly fillRandom: FillRandom;
  /** Lets this thread turn to its messages. */
  readonly turn: () => Promise<void>;
  readonly now: () => number;
};

export type CoreEngine = Engine & {
  /** Helps a team with its proof, with a key in memory that all provers share. */
  readonly help: (files: CircuitFiles, team: Team, lane: number) => Promise<void>;
};

/** Whether a kernel can transform the circuit's domain: a tiny one has fewer elements than a vector. */
export const coreTakes = ({ layout }: CompiledKernel, circuit: SizedCircuit): boolean =>
  layout.curve === circuit.curve && canTransform(layout, circuit.domainSize);

type Opened = {
  /** Tells one key in one memory from others. */
  readonly id: string;
  readonly core: OpenCore;
  /** Whether other provers have the same key in the same memory. */
  readonly isShared: boolean;
  readonly ownBytes: number;
  readonly close: () => void;
};

export const createCoreEngine = (compiled: CompiledKernel, tools: CoreTools): CoreEngine => {
  let opened: Opened | undefined;

  const close = (): void => {
    opened?.close();
    opened = undefined;
  };
  const openFiles = async (files: CircuitFiles): Promise<Opened> => {
    if (opened?.id === idOf(files, compiled)) return opened;
    // Let go of the one before: two large keys at once may not fit.
    close();
    opened = await openKeyOf(files, compiled, tools);
    return opened;
  };
  const requireOpened = (): Opened => {
    if (opened !== undefined) return opened;
    throw new NodeFailure("internal", "no key is open");
  };

  return {
    name: coreName(compiled.layout.kernel),
    kernel: compiled.layout.kernel,
    steps: stepsOfCore,
    open: async ({ files, witnessSize }) => {
      const { core } = await openFiles(files);
      requireFittingKey(core.figures, files.circuit, witnessSize);
    },
    prove: async ({ team, ...job }) => {
      const { core, isShared } = requireOpened();
      const { now } = tools;
      const together = team === undefined || !isShared ? undefined : { team: new Team(team), now };
      try {
        return await proveWitness(core, { ...job, together }, tools);
      } catch (reason) {
        // What stopped in the middle may have left anything in memory.
        close();
        throw reason;
      }
    },
    help: async (files, team, lane) => {
      const { core, isShared } = await openFiles(files);
      if (!isShared) throw new NodeFailure("internal", "this prover has no room in shared memory");
      const { key, kernel, memory } = core;
      await helpTeam(team, lane, { key, kernel, memory, turn: tools.turn });
    },
    memoryBytes: () => opened?.ownBytes ?? 0,
  };
};

/** The key that was prepared for this very kernel. */
const preparedFor = ({ kernels, key }: CircuitFiles, { layout }: CompiledKernel) =>
  kernels[0]?.layout.kernel === layout.kernel ? key : undefined;

const idOf = (files: CircuitFiles, compiled: CompiledKernel): string => {
  const key = preparedFor(files, compiled);
  return key?.kind === "shared" ? key.slots.name : files.circuit.zkey.sha256;
};

const openKeyOf = async (
  files: CircuitFiles,
  compiled: CompiledKernel,
  tools: CoreTools,
): Promise<Opened> => {
  const id = idOf(files, compiled);
  const key = preparedFor(files, compiled);
  if (key?.kind === "shared") return { id, ...(await openShared(key, compiled, tools)) };
  if (key?.kind === "file") {
    const zkey = files.circuit.zkey.sha256;
    const loaded = await loadKey(compiled, { file: blobReader(key.file), zkey, regions: 1 });
    if (typeof loaded !== "string") return { id, ...own(loaded, compiled) };
  }
  const zkey = await tools.readZkey(files);
  return { id, ...own(convertZkey(compiled, zkey, 1), compiled) };
};

const openShared = async (
  key: SharedKey,
  compiled: CompiledKernel,
  tools: CoreTools,
): Promise<Omit<Opened, "id">> => {
  const region = await claimRegion(key.slots, tools);
  if (region === undefined) return own(copyKey(compiled, key), compiled);
  return { ...openRegion({ ...key, regions: key.slots }, compiled, region), isShared: true };
};

const openRegion = (from: KeyMemory, compiled: CompiledKernel, { index, release }: Region) => {
  const core = openCore(compiled, from, index);
  return { core, ownBytes: from.regions.bytes, close: release };
};

const own = (key: KeyMemory, compiled: CompiledKernel): Omit<Opened, "id"> => ({
  core: openCore(compiled, key, 0),
  isShared: false,
  ownBytes: key.memory.buffer.byteLength,
  close: () => undefined,
});
