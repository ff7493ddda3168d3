/** A page with nothing but the artifact worker and provers on it; tests drive it through `workers` on the window. */
import { transfer, wrap, type Remote } from "comlink";
import type {
  ArtifactApi,
  CircuitFiles,
  FromArtifacts,
  LoadOutcome,
  WantedCircuit,
} from "../../src/artifacts/protocol.ts";
import type { FromProver, ProveOutcome, ProverApi } from "../../src/prover/protocol.ts";

export type LoadReport = {
  readonly outcome: Pick<LoadOutcome, "ok"> & { readonly code?: string; readonly message?: string };
  readonly trust?: string;
  /** Where provers find the prepared key. */
  readonly keyKind?: string;
  readonly ms: number;
};

export type ProofReport = {
  readonly outcome: ProveOutcome;
  readonly progress: readonly FromProver[];
  readonly ms: number;
};

let artifacts: Remote<ArtifactApi> | undefined;
const told: FromArtifacts[] = [];
const files = new Map<string, CircuitFiles>();
const provers: {
  readonly api: Remote<ProverApi>;
  readonly progress: FromProver[];
  readonly worker: Worker;
}[] = [];

const required = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error("not there yet");
  return value;
};

const workers = {
  openArtifacts: async (pinnedKeys: readonly string[]): Promise<void> => {
    const worker = new Worker(new URL("../../src/artifacts/artifact.worker.ts", import.meta.url), {
      type: "module",
    });
    artifacts = wrap<ArtifactApi>(worker);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<FromArtifacts>) => told.push(event.data);
    const options = {
      coordinatorOrigin: location.origin,
      pinnedKeys,
      engine: "auto",
      provers: 2,
    } as const;
    await artifacts.attach(transfer(port2, [port2]), options);
  },

  told: (): readonly FromArtifacts[] => told,

  load: async (wanted: WantedCircuit): Promise<LoadReport> => {
    const startedAt = performance.now();
    const outcome = await required(artifacts).load(wanted);
    const ms = performance.now() - startedAt;
    if (!outcome.ok) return { outcome, ms };
    files.set(wanted.circuitId, outcome.files);
    const { trust, key } = outcome.files;
    return { outcome: { ok: true }, trust, keyKind: key?.kind ?? "none", ms };
  },

  remove: (circuitId: WantedCircuit["circuitId"]): Promise<void> =>
    required(artifacts).remove(circuitId),

  openProver: async (): Promise<string> => {
    const { kernels } = await required(artifacts).kernels("bn128");
    const worker = new Worker(new URL("../../src/prover/prover.worker.ts", import.meta.url), {
      type: "module",
    });
    const api = wrap<ProverApi>(worker);
    const { port1, port2 } = new MessageChannel();
    const progress: FromProver[] = [];
    port1.onmessage = (event: MessageEvent<FromProver>) => progress.push(event.data);
    const lane = provers.push({ api, progress, worker }) - 1;
    return (await api.attach(transfer(port2, [port2]), { kernels, lane })).engine;
  },

  prove: async (prover: number, circuitId: string, input: string): Promise<ProofReport> => {
    const { api, progress } = required(provers[prover]);
    const attemptId = crypto.randomUUID();
    const startedAt = performance.now();
    const outcome = await api.prove({
      attemptId,
      files: required(files.get(circuitId)),
      input: new TextEncoder().encode(input),
    });
    const ms = performance.now() - startedAt;
    const mine = progress.filter((message) => message.attemptId === attemptId);
    return { outcome, progress: mine, ms };
  },

  /** Ends a prover in the middle of a proof; resolves with the ms after which its thread is over. */
  endWhileProving: async (prover: number, circuitId: string, input: string): Promise<number> => {
    const { api, worker, progress } = required(provers[prover]);
    const ofCircuit = required(files.get(circuitId));
    const { key } = ofCircuit;
    if (key?.kind !== "shared") throw new Error("the key is not shared");
    const attemptId = crypto.randomUUID();
    void api.prove({ attemptId, files: ofCircuit, input: new TextEncoder().encode(input) });
    while (!progress.some((each) => each.attemptId === attemptId && each.stage === "msm")) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const endedAt = performance.now();
    worker.terminate();
    // The browser gives a worker's locks back when its thread has ended.
    return navigator.locks.request(
      `${key.slots.name} ${String(prover)}`,
      () => performance.now() - endedAt,
    );
  },

  /** Names of the files in the browser's storage. */
  stored: async (): Promise<readonly string[]> => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle("artifacts");
    const names: string[] = [];
    for await (const name of folder.keys()) names.push(name);
    return names;
  },

  /** Bytes of a file in the browser's storage, 0 when there is none. */
  storedBytes: async (digest: string): Promise<number> => {
    try {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle("artifacts");
      return (await (await folder.getFileHandle(digest)).getFile()).size;
    } catch {
      return 0;
    }
  },

  /** Changes one bit of a file in the browser's storage, behind the worker's back. */
  flipBit: async (digest: string, at: number): Promise<void> => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle("artifacts");
    const handle = await folder.getFileHandle(digest);
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    const writable = await handle.createWritable({ keepExistingData: true });
    const flipped = new Uint8Array([(bytes[at] ?? 0) ^ 1]);
    await writable.write({ type: "write", position: at, data: flipped });
    await writable.close();
  },
};

export type Workers = typeof workers;

Reflect.set(globalThis, "workers", workers);
