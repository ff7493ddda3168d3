/** Prepared keys in the browser's file system, where and how a node keeps them. */
import {
  CHUNK_BYTES,
  type FileStore,
  type StoredFile,
} from "../../src/artifacts/store/file-store.ts";
import { openOpfs } from "../../src/artifacts/store/opfs.ts";
import { keyFilePieces, type ReadableKey } from "../../src/groth16/key-file.ts";
import { keyOf, loadKey, type CoreModule, type KeyMemory } from "../../src/groth16/open-core.ts";
import { blobReader } from "../../src/prover/engine/blob-reader.ts";

const openStore = (): Promise<FileStore> =>
  openOpfs({
    root: () => navigator.storage.getDirectory(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });

const nameOf = (circuit: string, { layout }: CoreModule): string =>
  `${circuit}.${layout.kernel}.key`;

/** The file's size in bytes. */
export const keepKey = async (
  circuit: string,
  core: CoreModule,
  key: KeyMemory,
): Promise<number> => {
  const { layout } = core;
  const store = await openStore();
  return store.use(nameOf(circuit, core), async (file) => {
    file.truncate(0);
    const written = { zkey: circuit, layout, figures: key.figures, bytes: keyOf(key, layout) };
    for await (const piece of keyFilePieces(written)) file.write(piece, file.size());
    file.flush();
    return file.size();
  });
};

/**
 * `handle`: as the artifact worker of an isolated page reads it, into memory that its provers share. `blob`: as a prover of
 * any other page does.
 */
export const keyWays = ["handle", "blob"] as const;
export type KeyWay = (typeof keyWays)[number];

/** @throws Error when there is none, or it is of no use. */
export const loadKeptKey = async (
  circuit: string,
  core: CoreModule,
  { way, regions }: { readonly way: KeyWay; readonly regions: number },
): Promise<KeyMemory> => {
  const store = await openStore();
  const name = nameOf(circuit, core);
  const load = (file: ReadableKey) => loadKey(core, { file, zkey: circuit, regions });
  const key =
    way === "handle"
      ? await store.use(name, (file) => load(fromHandle(file)))
      : await load(blobReader(await store.blob(name)));
  if (typeof key === "string") throw new Error(`the kept key of ${circuit} is of no use: ${key}`);
  return key;
};

const fromHandle = (file: StoredFile): ReadableKey => {
  const chunk = new Uint8Array(CHUNK_BYTES);
  return {
    size: file.size(),
    read: (from, to) => chunk.subarray(0, file.read(chunk.subarray(0, to - from), from)),
  };
};
