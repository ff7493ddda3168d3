/**
 * Opens the registry: table, files and signing key joined. Changes by other replicas are seen within 2 s. Replicas
 * share DATA_DIR/artifacts (or copies of it): a version whose files are not here is not served here.
 */
import { join } from "node:path";
import type { Circuit } from "../../src/domain/circuit.ts";
import type { CircuitId } from "../../src/domain/ids.ts";
import type { Database } from "../db/open.ts";
import type { Log } from "../log.ts";
import { openThreadPool } from "../verify/thread-pool.ts";
import { addCircuit } from "./add-circuit.ts";
import type { Inspector } from "./admission.ts";
import { openArtifactStore } from "./artifact-store.ts";
import { admitBuiltIn, inspectBuiltIn } from "./built-in-start.ts";
import { openAdmissionCache, readBuiltIn } from "./built-in.ts";
import { readCircuits, removeCircuit } from "./circuit-rows.ts";
import type { CircuitRegistry } from "./registry.ts";
import type { SigningKey } from "./signing-key.ts";
import { openSigningKey } from "./signing-key.ts";
import { takeSnapshot } from "./snapshot.ts";
import { createVkeyCache } from "./vkey-cache.ts";
import type { Watch } from "./watch.ts";
import { openWatch } from "./watch.ts";

export type RegistryOptions = {
  readonly database: Pick<Database, "sql">;
  readonly dataFolder: string;
  /** public/circuits. */
  readonly builtInFolder: string;
  readonly log: Log;
};

export type OpenRegistry = CircuitRegistry & {
  /** Resolves when the built-in circuits' thorough admission, which runs behind the start, is over. */
  readonly settled: Promise<void>;
  /** Stops looking for changes and ends the inspecting thread. */
  readonly close: () => Promise<void>;
};

/** Compiling and starting foreign WASM and snarkjs's export take a second or two. */
const INSPECTION_DEADLINE_MS = 60_000;
const INSPECTION_QUEUE_LIMIT = 16;

export const openCircuitRegistry = async (options: RegistryOptions): Promise<OpenRegistry> => {
  const { log } = options;
  const { sql } = options.database;
  const { store, builtIn, signingKey, cache } = await openFolders(options);
  const inspector = openInspector(log);
  const withdrawn = new Set<string>();
  const shipped = await admitBuiltIn({ builtIn, cache, log, sql });
  const watch = await openWatch(
    async () =>
      takeSnapshot({
        rows: await readCircuits(sql),
        find: (digest, kind) => builtIn.find(digest, kind) ?? store.find(digest, kind),
        isWithdrawn: (circuit) => withdrawn.has(circuit.zkey.sha256),
        signingKey,
      }),
    log,
  );
  const withdraw = (circuit: Circuit, error: unknown): void => {
    log.error("built-in circuit withdrawn", { circuit: circuit.id, error });
    // The next look leaves it out.
    withdrawn.add(circuit.zkey.sha256);
  };
  const settled = inspectBuiltIn({ shipped, builtIn, cache, inspector, withdraw });
  return {
    ...answersFrom(watch, signingKey),
    add: async (files) => {
      const admission = await addCircuit({ sql, store, inspector }, files);
      if (!admission.admitted) return admission;
      await watch.look();
      const circuit = {
        circuit: admission.circuit,
        builtIn: false,
        signed: signingKey !== undefined,
      };
      return { ...admission, circuit };
    },
    remove: async (id) => {
      const outcome = await removeCircuit(sql, id);
      await watch.look();
      return outcome;
    },
    settled,
    close: async () => {
      await watch.close();
      await inspector.close();
      await settled;
    },
  };
};

const answersFrom = (watch: Watch, signingKey: SigningKey | undefined) => {
  const artifactPath = (digest: string) => watch.snapshot().artifacts.get(digest);
  return {
    current: () => watch.snapshot().current,
    byId: (id: CircuitId) => watch.snapshot().byId.get(id),
    byZkey: (digest: string) => watch.snapshot().byZkey.get(digest),
    past: (digest: string) => watch.snapshot().past.get(digest),
    manifest: () => watch.snapshot().manifest,
    artifactPath,
    vkeyJson: createVkeyCache((digest) => watch.snapshot().vkeys.get(digest)),
    signingKey: signingKey?.publicHex ?? "",
    onChange: watch.onChange,
  };
};

const openInspector = (log: Log): Inspector =>
  openThreadPool({
    name: "circuits",
    entry: new URL("./inspect.worker.ts", import.meta.url),
    threads: 1,
    queueLimit: INSPECTION_QUEUE_LIMIT,
    deadlineMs: INSPECTION_DEADLINE_MS,
    log,
  });

const openFolders = async ({ dataFolder, builtInFolder, log }: RegistryOptions) => {
  const artifacts = join(dataFolder, "artifacts");
  return {
    store: await openArtifactStore(artifacts),
    builtIn: await readBuiltIn(builtInFolder, log),
    signingKey: await openSigningKey(join(dataFolder, "keys", "manifest-signing.key"), log),
    cache: await openAdmissionCache(artifacts),
  };
};
