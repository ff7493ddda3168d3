/** An artifact worker without its worker, on a real server: what its tests share. */
import { createHash, randomUUID } from "node:crypto";
import { createArtifacts, type ArtifactTools } from "../artifacts/artifacts.ts";
import type {
  ArtifactApi,
  CircuitFiles,
  FromArtifacts,
  LoadOutcome,
} from "../artifacts/protocol.ts";
import type { FileStore } from "../artifacts/store/file-store.ts";
import { openMemory } from "../artifacts/store/memory.ts";
import type { Circuit } from "../domain/circuit.ts";
import type { Clock } from "../domain/clock.ts";
import { circuitId, sha256 } from "../domain/ids.ts";
import { encodeManifest, signEntry } from "../wire/manifest.ts";
import { startArtifactServer, type ArtifactServer } from "./artifact-server.ts";
import { readBuiltInCircuit } from "./circuits.ts";

export const MANIFEST = "/circuits/manifest.json";

/** Deadlines of the network are 10 s and more; waits between tries are made shorter than that by `random`. */
const DEADLINE_MS = 10_000;

/** Real time, except that waits between tries pass a hundred times as fast; deadlines too when they are to be met. */
export const hastyClock = (deadlineSpeed: number): Clock => ({
  now: () => performance.now(),
  unixMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms / (ms >= DEADLINE_MS ? deadlineSpeed : 100));
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(new Error("aborted"));
      });
    }),
});

export type Published = {
  readonly circuit: Circuit;
  /** By the path under which they are served. */
  readonly files: ReadonlyMap<string, Uint8Array>;
};

/** The addition circuit under any name, with another wasm or zkey when they are given. */
export const publish = (
  name: string,
  other: { readonly wasm?: Uint8Array; readonly zkey?: Uint8Array } = {},
): Published => {
  const { files, wasmBytes, zkeyBytes } = readBuiltInCircuit("addition");
  const contents = new Map<string, Uint8Array>();
  const artifact = (bytes: Uint8Array) => {
    const digest = createHash("sha256").update(bytes).digest("hex");
    contents.set(`/circuits/${digest}`, bytes);
    return { url: digest, bytes: bytes.byteLength, sha256: required(sha256(digest)) };
  };
  const circuit: Circuit = {
    ...files.circuit,
    id: required(circuitId(name)),
    wasm: artifact(other.wasm ?? wasmBytes),
    zkey: artifact(other.zkey ?? zkeyBytes),
    vkey: artifact(new TextEncoder().encode(files.vkeyJson)),
  };
  return { circuit, files: contents };
};

export type ArtifactStand = {
  readonly server: ArtifactServer;
  /** What the browser keeps; replaceable. */
  store: FileStore;
  /** What the worker said, of all visits. */
  readonly told: FromArtifacts[];
  readonly serve: (circuits: readonly Published[]) => void;
  /** What a page load makes of it: a new worker on the same storage. */
  readonly visit: (changes?: Partial<ArtifactTools>) => Promise<ArtifactApi>;
};

const secretKey = new Uint8Array(32).fill(3);

export const startArtifactStand = async (): Promise<ArtifactStand> => {
  const server = await startArtifactServer();
  const pinnedKeys = [signEntry(publish("any").circuit, secretKey).signature?.key ?? ""];
  const told: FromArtifacts[] = [];
  const port = {
    postMessage: (message: unknown) => told.push(message as FromArtifacts),
    onmessage: null,
  };
  const self: ArtifactStand = {
    server,
    store: openMemory(),
    told,
    serve: (circuits) => {
      const entries = circuits.map(({ circuit }) => signEntry(circuit, secretKey));
      server.files.set(MANIFEST, new TextEncoder().encode(encodeManifest(entries)));
      for (const [path, bytes] of circuits.flatMap(({ files }) => [...files])) {
        server.files.set(path, bytes);
      }
    },
    visit: async (changes = {}) => {
      const artifacts = createArtifacts({
        network: { fetch, clock: hastyClock(1), random: () => 0.5 },
        openStore: () => Promise.resolve(self.store),
        fallback: openMemory,
        offered: [],
        isolated: true,
        uniqueName: randomUUID,
        memoryBudgetBytes: 2 ** 30,
        turn: () => Promise.resolve(),
        ...changes,
      });
      const engine = "auto" as const;
      const options = { coordinatorOrigin: server.origin, pinnedKeys, engine, provers: 2 };
      await artifacts.attach(port, options);
      return artifacts;
    },
  };
  return self;
};

export const load = (artifacts: ArtifactApi, { circuit }: Published): Promise<LoadOutcome> =>
  artifacts.load({
    circuitId: circuit.id,
    zkeyDigest: circuit.zkey.sha256,
    manifestUrl: MANIFEST,
  });

export const loaded = async (artifacts: ArtifactApi, wanted: Published): Promise<CircuitFiles> => {
  const outcome = await load(artifacts, wanted);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.files;
};

export const refused = async (artifacts: ArtifactApi, wanted: Published) => {
  const outcome = await load(artifacts, wanted);
  if (outcome.ok) throw new Error("was loaded");
  return outcome;
};

const required = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error("malformed");
  return value;
};
