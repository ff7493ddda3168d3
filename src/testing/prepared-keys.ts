/** Prepared keys of circuits, as the artifact worker hands them to provers. */
import { randomUUID } from "node:crypto";
import { makeKey, type KeyTools } from "../artifacts/prepared-keys.ts";
import type {
  CircuitFiles,
  CompiledKernel,
  PreparedKeyHandle,
  SharedKey,
} from "../artifacts/protocol.ts";
import type { FileStore } from "../artifacts/store/file-store.ts";
import { openMemory } from "../artifacts/store/memory.ts";
import { Shelf } from "../artifacts/store/shelf.ts";
import type { TestCircuit } from "./circuits.ts";

/** Keeps files until the test ends, and says that it does for longer. */
export const openStore = (): FileStore => ({ ...openMemory(), kind: "opfs" });

export const openKeyTools = async (changes: Partial<KeyTools> = {}): Promise<KeyTools> => {
  const store = changes.store ?? openStore();
  const shelf = await Shelf.open({ store, unixMs: () => 0, onChange: () => undefined });
  return {
    store,
    shelf,
    isolated: true,
    provers: 2,
    uniqueName: randomUUID,
    tell: () => undefined,
    pause: () => undefined,
    ...changes,
  };
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

/** A key of nothing, in memory of so many bytes. */
export const sharedKeyOf = (bytes: number): SharedKey => {
  const pages = Math.ceil(bytes / 65_536);
  return {
    kind: "shared",
    memory: new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }),
    figures: {
      ...{ curve: "bn128", wires: 4, publicSignals: 1, domainSize: 16, coefficients: 2 },
      bases: { a: 1, b2: 1, c: 1, h: 1 },
      rows: { a: [0], b: [0] },
    },
    address: 64,
    slots: { name: randomUUID(), address: 128, bytes: 64, count: 1 },
  };
};
