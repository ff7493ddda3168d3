import { proofBytes, type Artifact, type Circuit } from "../domain/circuit.ts";
import { requireKnownImports } from "../circuit/circom-program.ts";
import { NodeFailure } from "../domain/failure.ts";
import { download } from "./download.ts";
import type { Kernels } from "./kernels.ts";
import type { FoundCircuit } from "./manifests.ts";
import type { Network } from "./network.ts";
import { createPause, type Pause } from "../groth16/pause.ts";
import type { KeyTools } from "./prepared-keys.ts";
import type { CircuitFiles, CompiledKernel, PreparedKeyHandle } from "./protocol.ts";
import type { StoredFile } from "./store/file-store.ts";
import { hashFile } from "./store/hash.ts";

export type FileTools = Omit<KeyTools, "pause"> & {
  /** Lets this thread turn to its messages. */
  readonly turn: () => Promise<void>;
  readonly network: Network;
  readonly kernels: Kernels;
  /** What one proof may take on this device. */
  readonly memoryBudgetBytes: number;
};

export type Loading = {
  readonly found: FoundCircuit;
  /** Of the circuit's three files together; only called when something is fetched. */
  readonly onBytes: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
};

/** Far above any circom witness calculator that a browser can compile, and any verification key (2000 signals). */
const MAX_WASM_BYTES = 128 * 1024 * 1024;
const MAX_VKEY_BYTES = 2 * 1024 * 1024;
/** A second download of a wrong file helps when the first was cut together badly; a third would help no more. */
const MAX_DOWNLOADS = 2;

/**
 * A circuit's files: from the store, hashed anew, or fetched. What does not hash to the manifest's digest is never used.
 *
 * @throws NodeFailure as `download`; "artifact" for wrong bytes or a wasm that is none or asks for too much;
 * "out_of_memory" for a circuit that is too large for this device.
 */
export const loadCircuitFiles = async (
  loading: Loading,
  tools: FileTools,
): Promise<CircuitFiles> => {
  const { circuit, trust } = loading.found;
  requireFits(circuit, tools.memoryBudgetBytes);
  tools.shelf.hold(circuit);
  // Tried while the files come.
  const chosen = tools.kernels.of(circuit.curve);
  try {
    const vkeyJson = new TextDecoder().decode(await readArtifact(circuit.vkey, loading, tools));
    const wasm = await compile(circuit.wasm, await readArtifact(circuit.wasm, loading, tools));
    const { kernels } = await chosen;
    const key = await obtainKey(kernels[0], loading, tools);
    const zkey = await tools.store.blob(circuit.zkey.sha256);
    return {
      circuit,
      trust,
      wasm,
      zkey,
      vkeyJson,
      kernels,
      key,
    };
  } finally {
    tools.shelf.release(circuit);
  }
};

const requireFits = (circuit: Circuit, budgetBytes: number): void => {
  const needed = proofBytes(circuit);
  if (needed > budgetBytes) {
    const message = `a proof takes ${needed} bytes of memory, this device has ${budgetBytes} for it`;
    throw new NodeFailure("out_of_memory", `${circuit.id}: ${message}`);
  }
  requireSize(circuit.wasm, MAX_WASM_BYTES);
  requireSize(circuit.vkey, MAX_VKEY_BYTES);
};

const requireSize = (artifact: Artifact, most: number): void => {
  if (artifact.bytes <= most) return;
  throw new NodeFailure(
    "artifact",
    `${artifact.url} has ${artifact.bytes} bytes, allowed are ${most}`,
  );
};

const readArtifact = async (
  artifact: Artifact,
  loading: Loading,
  tools: FileTools,
): Promise<Uint8Array<ArrayBuffer>> => {
  const bytes = allocate(artifact, (length) => new Uint8Array(length));
  await obtain({ artifact, into: bytes }, loading, tools);
  return bytes;
};

/** Puts the circuit on the shelf. A prepared key that is kept makes reading the zkey unnecessary. */
const obtainKey = async (
  kernel: CompiledKernel | undefined,
  loading: Loading,
  tools: FileTools,
): Promise<PreparedKeyHandle | undefined> => {
  const { circuit } = loading.found;
  // A chunk of its own: circuits that are on this device are listed without it.
  const keys = await import("./prepared-keys.ts");
  if (kernel === undefined || !keys.takes(kernel, circuit)) {
    await obtain({ artifact: circuit.zkey }, loading, tools);
    await tools.shelf.put(circuit);
    return undefined;
  }
  const wish = { circuit, kernel };
  const pause = pauseOf(loading, tools);
  const isThere = await tools.store.use(circuit.zkey.sha256, async (file) => {
    return file.size() === circuit.zkey.bytes;
  });
  const found = isThere ? await keys.findKey(wish, { ...tools, pause }) : undefined;
  const zkey = found === undefined ? await readArtifact(circuit.zkey, loading, tools) : undefined;
  await tools.shelf.put(circuit);
  return zkey === undefined ? found : keys.makeKey(wish, zkey, { ...tools, pause });
};

const pauseOf = ({ signal }: Loading, { network, turn }: FileTools): Pause => {
  const { now } = network.clock;
  return createPause(now, async () => {
    await turn();
    if (signal.aborted) throw new NodeFailure("cancelled", "the circuit was deleted");
  });
};

/** @throws NodeFailure "out_of_memory" where the browser throws a RangeError. */
const allocate = <T>({ bytes, url }: Artifact, make: (bytes: number) => T): T => {
  try {
    return make(bytes);
  } catch (reason) {
    const message = `there is no memory for the ${bytes} bytes of ${url}`;
    throw new NodeFailure("out_of_memory", message, { cause: reason });
  }
};

type Wanted = { readonly artifact: Artifact; readonly into?: Uint8Array };

/**
 * Makes the stored file the one that the manifest names, and reads it. A file is named by its digest and hashed whenever
 * it is read: one that is complete, partial or damaged needs no other mark.
 */
const obtain = (wanted: Wanted, loading: Loading, tools: FileTools): Promise<void> =>
  tools.store.use(wanted.artifact.sha256, async (file) => {
    const { artifact, into } = wanted;
    for (let downloads = 0; ;) {
      if (file.size() !== artifact.bytes) {
        await fetchInto(file, artifact, { loading, tools });
        downloads += 1;
      }
      const digest = await hashFile(file, into);
      if (digest === artifact.sha256) return;
      file.truncate(0);
      if (downloads === MAX_DOWNLOADS) throw wrongDigest(artifact, digest);
    }
  });

const fetchInto = (
  file: StoredFile,
  artifact: Artifact,
  { loading, tools }: { readonly loading: Loading; readonly tools: FileTools },
): Promise<void> => {
  const { vkey, wasm, zkey } = loading.found.circuit;
  // The order in which they are loaded: what comes before this one is there.
  const order = [vkey, wasm, zkey];
  const before = sum(order.slice(0, order.indexOf(artifact)));
  return download(
    {
      artifact,
      file,
      onBytes: (done) => loading.onBytes(before + done, sum(order)),
      makeRoom: (reason) => tools.shelf.makeRoom(reason),
      signal: loading.signal,
    },
    tools.network,
  );
};

const sum = (artifacts: readonly Artifact[]): number =>
  artifacts.reduce((total, artifact) => total + artifact.bytes, 0);

/** Compiling runs nothing of a module; what it may import is settled before anybody can run it. */
const compile = async (
  artifact: Artifact,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<WebAssembly.Module> => {
  try {
    const module = await WebAssembly.compile(bytes);
    requireKnownImports(module);
    return module;
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason);
    throw new NodeFailure("artifact", `${artifact.url} was refused: ${why}`, { cause: reason });
  }
};

const wrongDigest = (artifact: Artifact, digest: string): NodeFailure =>
  new NodeFailure(
    "artifact",
    `${artifact.url} was refused: its SHA-256 is ${digest}, the manifest says ${artifact.sha256}`,
  );
