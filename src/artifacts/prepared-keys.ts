/** A circuit's proving key in the form of the kernel that is used: as it was kept, or made of the zkey and kept. */
import type { Circuit } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import type { KeyFigures } from "../domain/prepared-key.ts";
import { canTransform } from "../groth16/domain.ts";
import { KEY_FORMAT, keyFilePieces, readKeyFile, type ReadableKey } from "../groth16/key-file.ts";
import { keyOf, loadKey, zkeyConversion, type KeyMemory } from "../groth16/open-core.ts";
import type { Pause } from "../groth16/pause.ts";
import { inTurns } from "../groth16/resumable.ts";
import type { CompiledKernel, FromArtifacts, PreparedKeyHandle } from "./protocol.ts";
import { CHUNK_BYTES, type FileStore, type StoredFile } from "./store/file-store.ts";
import type { Shelf } from "./store/shelf.ts";

export type KeyTools = {
  readonly store: FileStore;
  readonly shelf: Shelf;
  /** Cross-origin isolated: provers share the memory that a key lies in. */
  readonly isolated: boolean;
  readonly provers: number;
  /** A name that no other memory of this browser has. */
  readonly uniqueName: () => string;
  readonly tell: (message: FromArtifacts) => void;
  /** Between two pieces of long work. Throws NodeFailure "cancelled" when the key is not wanted any more. */
  readonly pause: Pause;
};

export type KeyWish = { readonly circuit: Circuit; readonly kernel: CompiledKernel };

/** Whether a kernel can prove a circuit at all. */
export const takes = ({ layout }: CompiledKernel, { domainSize }: Circuit): boolean =>
  canTransform(layout, domainSize);

/** The key that is kept of the circuit for this kernel; undefined when there is none, or it is damaged. */
export const findKey = async (
  wish: KeyWish,
  tools: KeyTools,
): Promise<PreparedKeyHandle | undefined> => {
  const name = nameOf(wish);
  if (tools.shelf.preparedOf(wish.circuit) !== name) return undefined;
  try {
    const found = await tools.store.use(name, (file) => readKept(file, wish, tools));
    return found === "whole" ? { kind: "file", file: await tools.store.blob(name) } : found;
  } catch {
    // Whatever keeps it from being read, or there is no memory for it: it can be made again, and where memory is short that
    // says so.
    return undefined;
  }
};

/**
 * Makes the key of a zkey, and keeps it as well as it can be kept: a full storage only costs the next visit the same work.
 * Undefined, and said so, when it cannot be made; also when provers must have a file and it cannot be kept. Each prover
 * makes it for itself then.
 *
 * @throws what `pause` throws.
 */
export const makeKey = async (
  wish: KeyWish,
  zkey: Uint8Array,
  tools: KeyTools,
): Promise<PreparedKeyHandle | undefined> => {
  try {
    const { isolated, pause, provers, store } = tools;
    const conversion = zkeyConversion(wish.kernel, zkey, isolated ? provers : 1);
    const key = await inTurns(conversion, pause);
    const name = await keep(key, wish, tools);
    if (isolated) return sharedKey(key, tools);
    return name === undefined ? undefined : { kind: "file", file: await store.blob(name) };
  } catch (reason) {
    const { code, message } = NodeFailure.from(reason);
    if (code === "cancelled") throw reason;
    const what = `the proving key of ${wish.circuit.id} was not prepared for all provers`;
    tools.tell({ type: "trouble", code, message: `${what}: ${message}` });
    return undefined;
  }
};

const nameOf = ({ circuit, kernel }: KeyWish): string =>
  `${circuit.zkey.sha256}.${kernel.layout.kernel}.${KEY_FORMAT}.key`;

const readKept = async (
  file: StoredFile,
  { circuit, kernel }: KeyWish,
  tools: KeyTools,
): Promise<PreparedKeyHandle | "whole" | undefined> => {
  const zkey = circuit.zkey.sha256;
  if (tools.isolated) {
    const key = await loadKey(kernel, { file: readable(file), zkey, regions: tools.provers });
    return typeof key === "string" ? undefined : sharedKey(key, tools);
  }
  const room = (_: KeyFigures) => (): void => undefined;
  const { ok } = await readKeyFile(readable(file), {
    origin: { zkey, layout: kernel.layout },
    room,
  });
  return ok ? "whole" : undefined;
};

const readable = (file: StoredFile): ReadableKey => {
  const chunk = new Uint8Array(CHUNK_BYTES);
  return {
    size: file.size(),
    read: (from, to) => chunk.subarray(0, file.read(chunk.subarray(0, to - from), from)),
  };
};

const sharedKey = (
  { memory, figures, address, regions }: KeyMemory,
  { uniqueName }: KeyTools,
): PreparedKeyHandle => ({
  ...{ kind: "shared", memory, figures, address },
  slots: { name: uniqueName(), ...regions },
});

/** The name under which it is kept. */
const keep = async (
  key: KeyMemory,
  wish: KeyWish,
  { store, shelf, pause }: KeyTools,
): Promise<string | undefined> => {
  // What is kept in memory is kept twice, for as long.
  if (store.kind === "memory") return undefined;
  const name = nameOf(wish);
  const { circuit, kernel } = wish;
  const { layout } = kernel;
  const made = { zkey: circuit.zkey.sha256, layout, figures: key.figures };
  try {
    const bytes = await store.use(name, async (file) => {
      file.truncate(0);
      for await (const piece of keyFilePieces({ ...made, bytes: keyOf(key, layout) })) {
        file.write(piece, file.size());
        await pause();
      }
      file.flush();
      return file.size();
    });
    await shelf.putPrepared(circuit, { name, bytes });
    return name;
  } catch (reason) {
    // No room is made for what can be made again.
    await store.remove(name).catch(() => undefined);
    if (NodeFailure.from(reason).code === "cancelled") throw reason;
    return undefined;
  }
};
