/** The artifact worker, from the node's side: made when it is first needed, made again when it died. */
import type {
  ArtifactOptions,
  ChosenKernels,
  CircuitFiles,
  Doubt,
  FromArtifacts,
  LoadOutcome,
  WantedCircuit,
} from "../artifacts/protocol.ts";
import type { Curve } from "../domain/circuit.ts";
import type { KernelReport } from "../domain/engine.ts";
import type { CachedCircuit, NodeNews } from "../domain/event.ts";
import { NodeFailure } from "../domain/failure.ts";
import type { CircuitId, Sha256 } from "../domain/ids.ts";
import type { Log } from "../domain/log.ts";

/** The worker, each call of which settles, also when it dies. */
export type ArtifactWorker = {
  readonly load: (wanted: WantedCircuit) => Promise<LoadOutcome>;
  readonly kernels: (curve: Curve) => Promise<ChosenKernels>;
  readonly cached: () => Promise<readonly CachedCircuit[]>;
  readonly distrust: (doubt: Doubt) => Promise<void>;
  readonly remove: (circuit: CircuitId) => Promise<void>;
  readonly listen: (listener: (message: FromArtifacts) => void) => void;
  readonly lost: Promise<NodeFailure>;
  readonly terminate: () => void;
};

export type ShelfNeeds = {
  readonly log: Log;
  readonly spawn: (options: ArtifactOptions) => ArtifactWorker;
  readonly tell: (news: FromArtifacts | DownloadEnded) => void;
  /** Durable values by name. */
  readonly store: {
    readonly get: (name: string) => Promise<unknown>;
    readonly set: (name: string, value: unknown) => Promise<void>;
  };
};

type DownloadEnded = Extract<NodeNews, { type: "download-ended" }>;

/** Who waits for files, and is told when something comes of them. */
type Waiting = { readonly circuitId: CircuitId; readonly heard: () => void };

/** What is remembered of a circuit whose files were here: enough to check its receipts without them. */
type KnownKey = { readonly circuitId: CircuitId; readonly vkeyJson: string };

export class Shelf {
  readonly #needs: ShelfNeeds;
  #options: ArtifactOptions = {
    ...{ coordinatorOrigin: "", pinnedKeys: [] },
    ...{ engine: "auto", provers: 1 },
  };
  #worker: ArtifactWorker | undefined;
  #known: Readonly<Record<string, KnownKey>> = {};
  #cached: readonly CachedCircuit[] = [];
  readonly #waiting = new Set<Waiting>();

  constructor(needs: ShelfNeeds) {
    this.#needs = needs;
  }

  /** Reads what is on this device, for the coordinator whose circuits are wanted. */
  async open(options: ArtifactOptions): Promise<void> {
    this.close();
    this.#options = options;
    this.#known = await this.#readKnown();
    try {
      this.#cached = await this.#living().cached();
      this.#needs.tell({ type: "cached", circuits: this.#cached });
    } catch (reason) {
      this.#needs.log.warn("Stored circuits cannot be listed", { error: textOf(reason) });
    }
  }

  /** Files of a circuit; `heard` is called while something comes of a download. Never rejects. */
  async load(wanted: WantedCircuit, heard: () => void = () => undefined): Promise<LoadOutcome> {
    const { circuitId } = wanted;
    const waiting = { circuitId, heard };
    this.#waiting.add(waiting);
    try {
      const outcome = await this.#living().load(wanted);
      if (outcome.ok) await this.#remember(wanted, outcome.files);
      return outcome;
    } catch (reason) {
      const { code, message } = NodeFailure.from(reason, "artifact");
      return { ok: false, code, message };
    } finally {
      this.#waiting.delete(waiting);
      // However it ended: nothing comes any more.
      this.#needs.tell({ type: "download-ended", circuitId });
    }
  }

  /** Never rejects: without kernels, snarkjs proves. */
  async kernels(curve: Curve): Promise<ChosenKernels> {
    try {
      return await this.#living().kernels(curve);
    } catch (reason) {
      this.#needs.log.warn("Kernels cannot be had", { curve, error: textOf(reason) });
      return { kernels: [], reports: [] };
    }
  }

  /** Never rejects: at worst the same goes wrong again. */
  async distrust(doubt: Doubt): Promise<void> {
    try {
      await this.#living().distrust(doubt);
    } catch (reason) {
      this.#needs.log.warn("Prepared key not dropped", { error: textOf(reason) });
    }
  }

  async remove(circuit: CircuitId): Promise<void> {
    await this.#living().remove(circuit);
  }

  /** Digests of the zkeys on this device. */
  get zkeys(): readonly Sha256[] {
    const here = new Set(this.#cached.map(({ circuitId }) => circuitId));
    const known = Object.entries(this.#known).filter(([, { circuitId }]) => here.has(circuitId));
    // The names of `known` are written by `#remember` alone.
    return known.map(([digest]) => digest as Sha256);
  }

  /** The verification key that belongs to a zkey, as the manifest pinned it when the circuit was last proven here. */
  async vkeyOf(zkey: Sha256): Promise<string | undefined> {
    const known = await this.#readKnown();
    return known[zkey]?.vkeyJson;
  }

  close(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    worker?.terminate();
  }

  #living(): ArtifactWorker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = this.#needs.spawn(this.#options);
    this.#worker = worker;
    worker.listen((message) => {
      if (message.type === "cached") this.#cached = message.circuits;
      if (message.type === "download") this.#heard(message.circuitId);
      if (message.type === "kernels") this.#tried(message.reports);
      this.#needs.tell(message);
    });
    void worker.lost.then((failure) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#needs.log.error("Artifact worker lost", { error: failure.message });
    });
    return worker;
  }

  #tried(reports: readonly KernelReport[]): void {
    for (const { curve, kernel, outcome } of reports) {
      const { name, ...facts } = outcome;
      this.#needs.log.info("Kernel tried", { curve, kernel, outcome: name, ...facts });
    }
  }

  #heard(circuit: CircuitId): void {
    for (const { circuitId, heard } of this.#waiting) if (circuitId === circuit) heard();
  }

  async #remember({ circuitId, zkeyDigest }: WantedCircuit, files: CircuitFiles): Promise<void> {
    const { vkeyJson } = files;
    if (this.#known[zkeyDigest]?.vkeyJson === vkeyJson) return;
    this.#known = { ...this.#known, [zkeyDigest]: { circuitId, vkeyJson } };
    try {
      await this.#needs.store.set("verification-keys", this.#known);
    } catch (reason) {
      // Receipts of this circuit cannot be checked after a reload; proving goes on.
      this.#needs.log.warn("Verification key not kept", { error: textOf(reason) });
    }
  }

  async #readKnown(): Promise<Readonly<Record<string, KnownKey>>> {
    const stored = await this.#needs.store.get("verification-keys");
    // Written by `#remember` alone.
    return typeof stored === "object" && stored !== null
      ? (stored as Readonly<Record<string, KnownKey>>)
      : {};
  }
}

const textOf = (reason: unknown): string => NodeFailure.from(reason, "artifact").message;
