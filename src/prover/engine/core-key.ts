/** A circuit's key as one prover has it: in memory that all share, or in a memory of its own. */
import type {
  BlobLike,
  CircuitFiles,
  CompiledKernel,
  SharedKey,
} from "../../artifacts/protocol.ts";
import { NodeFailure } from "../../domain/failure.ts";
import {
  convertZkey,
  copyKey,
  loadKey,
  openCore,
  type KeyMemory,
  type OpenCore,
} from "../../groth16/open-core.ts";
import { blobReader } from "./blob-reader.ts";
import { claimRegion, type ClaimTools } from "./regions.ts";

export type OpenKey = {
  /** Tells one key in one memory from others. */
  readonly id: string;
  readonly core: OpenCore;
  /** In memory that other provers share; a copy of such, for want of a region in it; or this prover's own. */
  readonly kind: "shared" | "copied" | "own";
  /** Bytes that are this prover's alone. */
  readonly ownBytes: number;
  readonly close: () => void;
};

/** One key at a time. */
export type KeyHolder = {
  /**
   * Has the circuit's key at hand: as it was prepared, or made of the zkey.
   *
   * @throws NodeFailure "artifact" when the zkey is damaged or not for this kernel, "out_of_memory".
   */
  readonly open: (files: CircuitFiles) => Promise<OpenKey>;
  readonly opened: () => OpenKey | undefined;
  readonly close: () => void;
};

export const createKeyHolder = (compiled: CompiledKernel, tools: KeyTools): KeyHolder => {
  let opened: OpenKey | undefined;
  const close = (): void => {
    opened?.close();
    opened = undefined;
  };
  return {
    open: async (files) => {
      const wanted = { files, compiled };
      if (opened?.id !== keyIdOf(wanted)) {
        // Let go of the one before: two large keys at once may not fit.
        close();
        opened = await openKey(wanted, tools);
      } else {
        opened = await shareAgain(opened, wanted, tools);
      }
      return opened;
    },
    opened: () => opened,
    close,
  };
};

type KeyWanted = { readonly files: CircuitFiles; readonly compiled: CompiledKernel };

export type KeyTools = ClaimTools & {
  readonly readZkey: (files: CircuitFiles) => Promise<Uint8Array>;
};

/** Who had the region before may take so long to end: Chromium, two seconds. It takes a new prover longer to start than most. */
const FIRST_WAIT_MS = 5_000;
/** Whoever had to copy a key asks again before each proof, and does not wait for it. */
const NEXT_WAIT_MS = 20;

const keyIdOf = (wanted: KeyWanted): string => {
  const key = preparedFor(wanted);
  return key?.kind === "shared" ? key.slots.name : wanted.files.circuit.zkey.sha256;
};

/** The key that was prepared for this very kernel. */
const preparedFor = ({ files: { kernels, key }, compiled }: KeyWanted) =>
  kernels[0]?.layout.kernel === compiled.layout.kernel ? key : undefined;

const openKey = async (wanted: KeyWanted, tools: KeyTools): Promise<OpenKey> => {
  const { compiled, files } = wanted;
  const id = keyIdOf(wanted);
  const key = preparedFor(wanted);
  if (key?.kind === "shared") {
    const shared = await openShared(key, { compiled, waitMs: FIRST_WAIT_MS }, tools);
    return { id, ...(shared ?? inOwnMemory("copied", copyKey(compiled, key), compiled)) };
  }
  const loaded = key === undefined ? undefined : await loadFile(key.file, wanted);
  if (loaded !== undefined) return { id, ...inOwnMemory("own", loaded, compiled) };
  const zkey = await tools.readZkey(files);
  return { id, ...inOwnMemory("own", convertZkey(compiled, zkey, 1), compiled) };
};

/** A prover that had to copy the key gets into the shared memory once its region is free. */
const shareAgain = async (open: OpenKey, wanted: KeyWanted, tools: KeyTools): Promise<OpenKey> => {
  const key = preparedFor(wanted);
  if (open.kind !== "copied" || key?.kind !== "shared") return open;
  const { compiled } = wanted;
  const shared = await openShared(key, { compiled, waitMs: NEXT_WAIT_MS }, tools);
  return shared === undefined ? open : { id: open.id, ...shared };
};

type Opened = Omit<OpenKey, "id">;
type Sharing = { readonly compiled: CompiledKernel; readonly waitMs: number };

const openShared = async (
  key: SharedKey,
  { compiled, waitMs }: Sharing,
  tools: KeyTools,
): Promise<Opened | undefined> => {
  const region = await claimRegion(key.slots, tools, waitMs);
  if (region === undefined) return undefined;
  const core = openCore(compiled, { ...key, regions: key.slots }, region.index);
  return { core, kind: "shared", ownBytes: key.slots.bytes, close: region.release };
};

/** Undefined when the file is damaged, or is not there any more: room was needed, or somebody distrusted it. */
const loadFile = async (
  file: BlobLike,
  { compiled, files }: KeyWanted,
): Promise<KeyMemory | undefined> => {
  const zkey = files.circuit.zkey.sha256;
  try {
    const loaded = await loadKey(compiled, { file: blobReader(file), zkey, regions: 1 });
    return typeof loaded === "string" ? undefined : loaded;
  } catch (reason) {
    if (reason instanceof NodeFailure) throw reason;
    return undefined;
  }
};

const inOwnMemory = (kind: "copied" | "own", key: KeyMemory, compiled: CompiledKernel): Opened => ({
  core: openCore(compiled, key, 0),
  kind,
  ownBytes: key.memory.buffer.byteLength,
  close: () => undefined,
});
