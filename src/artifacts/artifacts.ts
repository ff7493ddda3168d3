import type { CircuitId, Sha256 } from "../domain/ids.ts";
import { NodeFailure } from "../domain/failure.ts";
import type { MessagePortLike } from "../node/protocol.ts";
import { loadCircuitFiles } from "./circuit-files.ts";
import { createKernels, type Kernels } from "./kernels.ts";
import type { KernelTools } from "./kernel-tools.ts";
import { createManifests, type Manifests } from "./manifests.ts";
import type { Network } from "./network.ts";
import type {
  ArtifactApi,
  ArtifactOptions,
  CircuitFiles,
  FromArtifacts,
  LoadOutcome,
  WantedCircuit,
} from "./protocol.ts";
import type { FileStore } from "./store/file-store.ts";
import { Retained } from "./retained.ts";
import { Shelf } from "./store/shelf.ts";

export type ArtifactTools = {
  readonly network: Network;
  /** @throws where the browser has no storage: then `fallback` is used, and said. */
  readonly openStore: () => Promise<FileStore>;
  readonly fallback: () => FileStore;
  /** Kernels that this build of the page has. */
  readonly offered: KernelTools["offered"];
  readonly isolated: boolean;
  /** A name that nothing else in this browser has. */
  readonly uniqueName: () => string;
  readonly memoryBudgetBytes: number;
  /** Lets the worker turn to its messages. */
  readonly turn: () => Promise<void>;
};

/** Progress is for eyes: four a second. */
const PROGRESS_INTERVAL_MS = 250;

type Opened = {
  readonly store: FileStore;
  readonly shelf: Shelf;
  readonly manifests: Manifests;
  readonly kernels: Kernels;
  readonly provers: number;
  readonly tell: (message: FromArtifacts) => void;
};

/**
 * The artifact worker without its worker. Promises: bytes that do not have the manifest's digest are never handed out;
 * what is on this device is not fetched again; calls for the same circuit share one download.
 */
export const createArtifacts = (tools: ArtifactTools): ArtifactApi => {
  let opened: Promise<Opened> | undefined;
  const loading = new Map<Sha256, Load>();
  const retained = new Retained(tools.memoryBudgetBytes);

  const attached = (): Promise<Opened> => {
    if (opened !== undefined) return opened;
    return Promise.reject(new NodeFailure("internal", "the artifact worker is not attached yet"));
  };

  return {
    attach: async (port, options) => {
      opened ??= open(port, options, tools);
      await opened;
    },
    load: async (wanted) => {
      const running = loading.get(wanted.zkeyDigest);
      if (running?.circuitId === wanted.circuitId) return running.outcome;
      const stop = new AbortController();
      const outcome = asOutcome(
        attached().then((mine) => loadOnce({ wanted, retained, signal: stop.signal }, mine, tools)),
      );
      const mine: Load = { circuitId: wanted.circuitId, outcome, stop };
      loading.set(wanted.zkeyDigest, mine);
      try {
        return await outcome;
      } finally {
        if (loading.get(wanted.zkeyDigest) === mine) loading.delete(wanted.zkeyDigest);
      }
    },
    kernels: async (curve) => (await attached()).kernels.of(curve),
    cached: async () => (await attached()).shelf.circuits(),
    distrust: async (doubt) => {
      const { shelf, kernels } = await attached();
      if (doubt.kernel !== undefined) kernels.distrust(doubt.curve, doubt.kernel);
      retained.doubt(doubt);
      await shelf.dropPrepared(doubt.zkeyDigest);
    },
    remove: async (circuitId) => {
      const { shelf } = await attached();
      const stopped = [...loading.values()].filter((running) => running.circuitId === circuitId);
      for (const { stop } of stopped) stop.abort();
      await Promise.all(stopped.map((running) => running.outcome));
      retained.deleteCircuit(circuitId);
      await shelf.remove(circuitId);
    },
  };
};

type Wish = {
  readonly wanted: WantedCircuit;
  readonly retained: Retained;
  readonly signal: AbortSignal;
};

const loadOnce = async (
  { wanted, retained, signal }: Wish,
  { store, shelf, manifests, kernels, provers, tell }: Opened,
  tools: ArtifactTools,
): Promise<CircuitFiles> => {
  const kept = retained.get(wanted.zkeyDigest);
  if (kept?.circuit.id === wanted.circuitId && isGood(kept, shelf)) {
    retained.keep(kept);
    return kept;
  }
  const { doubts } = retained;
  const found = await manifests.find(wanted);
  const onBytes = reportProgress(wanted.circuitId, tell, tools.network.clock.now);
  const files = await loadCircuitFiles(
    { found, onBytes, signal },
    { ...tools, store, shelf, kernels, provers, tell },
  );
  retained.keep(files, doubts);
  return files;
};

/** A prepared key that is a file may be gone: room was needed. */
const isGood = ({ circuit, key }: CircuitFiles, shelf: Shelf): boolean =>
  shelf.uses(circuit) && (key?.kind !== "file" || shelf.preparedOf(circuit) !== undefined);

type Load = {
  readonly circuitId: CircuitId;
  readonly outcome: Promise<LoadOutcome>;
  readonly stop: AbortController;
};

const open = async (
  port: MessagePortLike,
  options: ArtifactOptions,
  tools: ArtifactTools,
): Promise<Opened> => {
  const tell = (message: FromArtifacts): void => port.postMessage(message);
  const store = await tools.openStore().catch((reason: unknown) => {
    const why = NodeFailure.from(reason).message;
    const message = `no storage (${why}): circuits are kept in memory and fetched again on the next visit`;
    tell({ type: "trouble", code: "platform", message });
    return tools.fallback();
  });
  const shelf = await Shelf.open({
    store,
    unixMs: tools.network.clock.unixMs,
    onChange: (circuits) => tell({ type: "cached", circuits }),
  });
  tell({ type: "cached", circuits: shelf.circuits() });
  const manifests = createManifests({
    network: tools.network,
    store,
    origin: options.coordinatorOrigin,
    pinnedKeys: options.pinnedKeys,
  });
  const kernels = createKernels(tools, {
    choice: options.engine,
    report: (reports) => tell({ type: "kernels", reports }),
  });
  return { store, shelf, manifests, kernels, provers: options.provers, tell };
};

const asOutcome = async (files: Promise<CircuitFiles>): Promise<LoadOutcome> => {
  try {
    return { ok: true, files: await files };
  } catch (reason) {
    const { code, message } = NodeFailure.from(reason);
    return { ok: false, code, message };
  }
};

/** At most one message per interval, and always the last one. */
const reportProgress = (
  circuitId: CircuitId,
  tell: (message: FromArtifacts) => void,
  now: () => number,
): ((doneBytes: number, totalBytes: number) => void) => {
  let nextAt = -Infinity;
  return (doneBytes, totalBytes) => {
    if (now() < nextAt && doneBytes < totalBytes) return;
    nextAt = now() + PROGRESS_INTERVAL_MS;
    tell({ type: "download", circuitId, doneBytes, totalBytes });
  };
};
