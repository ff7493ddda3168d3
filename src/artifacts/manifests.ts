import type { Circuit, Trust } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import { parseManifest, verifyEntry, type ManifestEntry } from "../wire/manifest.ts";
import { within } from "../domain/pause.ts";
import type { Network } from "./network.ts";
import type { WantedCircuit } from "./protocol.ts";
import type { FileStore } from "./store/file-store.ts";
import { readText, writeText } from "./store/text.ts";

/** Finds circuits in the coordinator's manifest; the last one read is kept, so that a node proves on without it. */
export type Manifests = {
  /**
   * The entry with exactly this circuit and zkey. Its artifacts' URLs are absolute.
   *
   * @throws NodeFailure "unknown_circuit" when a fresh manifest has none, "unreachable" or "malformed_message" when
   * there is no fresh one, "settings" for a URL that is none.
   */
  readonly find: (wanted: WantedCircuit) => Promise<FoundCircuit>;
};

export type FoundCircuit = { readonly circuit: Circuit; readonly trust: Trust };

export type ManifestTools = {
  readonly network: Network;
  readonly store: FileStore;
  /** Base of relative manifest URLs. */
  readonly origin: string;
  /** Raw Ed25519, hex. */
  readonly pinnedKeys: readonly string[];
};

const KEPT = "manifest.json";
const TIMEOUT_MS = 10_000;
/** A manifest is small, and several loads may wait for it: nobody stops it. */
const never = new AbortController().signal;

export const createManifests = (tools: ManifestTools): Manifests => {
  /** Text by URL, as far as this worker has read it. */
  const texts = new Map<string, string>();

  const keptText = async (url: string): Promise<string | undefined> => {
    const kept = texts.get(url) ?? unwrap(await readText(tools.store, KEPT), url);
    if (kept !== undefined) texts.set(url, kept);
    return kept;
  };

  const freshText = async (url: string): Promise<string> => {
    const text = await fetchText(url, tools.network);
    // Only a manifest takes the place of a manifest.
    parseManifest(text);
    texts.set(url, text);
    await writeText(tools.store, KEPT, JSON.stringify({ url, text }));
    return text;
  };

  const look = (text: string, url: string, wanted: WantedCircuit): FoundCircuit | undefined => {
    const entry = parseManifest(text).entries.find((candidate) => matches(candidate, wanted));
    if (entry === undefined) return undefined;
    return {
      circuit: withAbsoluteUrls(entry.circuit, url),
      trust: verifyEntry(entry, tools.pinnedKeys),
    };
  };

  return {
    find: async (wanted) => {
      const url = absolute(wanted.manifestUrl, tools.origin);
      const kept = await keptText(url);
      const known = kept === undefined ? undefined : look(kept, url, wanted);
      // Addressed by digest, so what was true of it still is; only a signature may have come since.
      if (known?.trust === "signed") return known;
      const fresh = await freshText(url).catch((reason: unknown) => {
        if (known === undefined) throw reason;
        return undefined;
      });
      const found = fresh === undefined ? known : look(fresh, url, wanted);
      if (found === undefined) throw unknownCircuit(wanted, url);
      return found;
    },
  };
};

const matches = ({ circuit }: ManifestEntry, wanted: WantedCircuit): boolean =>
  circuit.id === wanted.circuitId && circuit.zkey.sha256 === wanted.zkeyDigest;

const unwrap = (kept: string, url: string): string | undefined => {
  try {
    const value = JSON.parse(kept) as { readonly url?: unknown; readonly text?: unknown } | null;
    if (value?.url !== url || typeof value.text !== "string") return undefined;
    parseManifest(value.text);
    return value.text;
  } catch {
    // Nothing kept yet, or torn by a crash: it is fetched again.
    return undefined;
  }
};

const fetchText = async (url: string, network: Network): Promise<string> => {
  const limit = { clock: network.clock, ms: TIMEOUT_MS, signal: never, what: "connection" };
  try {
    return await within(limit, async (signal) => {
      const options: RequestInit = { signal, cache: "no-cache", credentials: "omit" };
      const response = await network.fetch(url, options);
      if (!response.ok) throw new NodeFailure("unreachable", `answered ${response.status}`);
      return response.text();
    });
  } catch (reason) {
    const { message } = NodeFailure.from(reason);
    throw new NodeFailure("unreachable", `manifest ${url}: ${message}`, { cause: reason });
  }
};

const withAbsoluteUrls = (circuit: Circuit, manifestUrl: string): Circuit => ({
  ...circuit,
  wasm: { ...circuit.wasm, url: absolute(circuit.wasm.url, manifestUrl) },
  zkey: { ...circuit.zkey, url: absolute(circuit.zkey.url, manifestUrl) },
  vkey: { ...circuit.vkey, url: absolute(circuit.vkey.url, manifestUrl) },
});

const absolute = (url: string, base: string): string => {
  try {
    return new URL(url, base).href;
  } catch (reason) {
    throw new NodeFailure("settings", `"${url}" is no URL (base ${base})`, { cause: reason });
  }
};

const unknownCircuit = (wanted: WantedCircuit, url: string): NodeFailure =>
  new NodeFailure(
    "unknown_circuit",
    `unknown circuit: ${wanted.circuitId} with zkey ${wanted.zkeyDigest} is not in ${url}`,
  );
