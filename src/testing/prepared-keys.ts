/** Prepared keys of circuits, as the artifact worker hands them to provers. */
import { randomUUID } from "node:crypto";
import { makeKey, type KeyTools } from "../artifacts/prepared-keys.ts";
import type { CircuitFiles, CompiledKernel, PreparedKeyHandle } from "../artifacts/protocol.ts";
import type { FileStore } from "../artifacts/store/file-store.ts";
import { openMemory } from "../artifacts/store/memory.ts";
import { Shelf } from "../artifacts/store/shelf.ts";
import type { TestCircuit } from "./circuits.ts";

/** Keeps files until the test ends, and says that it does for longer. */
export const openStore = (): FileStore => ({ ...openMemory(), kind: "opfs" });

export const openKeyTools = async (changes: Partial<KeyTools> = {}): Promise<KeyTools> => {
  const store = changes.store ?? openStore();
  const shelf = await Shelf.open({ store, unixMs: () => 0, onChange: () => undefined });
  return { store, shelf, isolated: true, provers: 2, uniqueName: randomUUID, ...changes };
};

type Preparing = Pick<KeyTools, "isolated"> & { readonly kernels: readonly CompiledKernel[] };

/** The circuit's files with a key for the first of the kernels. */
export const withKey = async (
  { files, zkeyBytes }: TestCircuit,
  { kernels, isolated }: Preparing,
): Promise<CircuitFiles> => {
  const [kernel] = kernels;
  if (kernel === undefined) throw new Error("there is no kernel");
  const tools = await openKeyTools({ isolated });
  await tools.shelf.put(files.circuit);
  const key = await makeKey({ circuit: files.circuit, kernel }, zkeyBytes, tools);
  return { ...files, kernels, key: required(key) };
};

const required = (key: PreparedKeyHandle | undefined): PreparedKeyHandle => {
  if (key === undefined) throw new Error("no key was prepared");
  return key;
};
