import type { Circuit } from "../../domain/circuit.ts";
import type { CachedCircuit } from "../../domain/event.ts";
import { circuitId, sha256, type CircuitId, type Sha256 } from "../../domain/ids.ts";
import type { FileStore } from "./file-store.ts";
import { saysStorageIsFull, storageFull } from "./storage-full.ts";
import { readText, writeText } from "./text.ts";

export type ShelfTools = {
  readonly store: FileStore;
  /** Unix milliseconds: the order of use must outlive the worker. */
  readonly unixMs: () => number;
  readonly onChange: (circuits: readonly CachedCircuit[]) => void;
};

const INDEX = "index.json";

type Kept = {
  readonly circuitId: CircuitId;
  readonly zkey: Sha256;
  readonly files: readonly KeptFile[];
  /** What was made of the zkey: it can be made again. */
  readonly prepared?: PreparedFile;
  readonly usedAtMs: number;
};
type KeptFile = { readonly sha256: Sha256; readonly bytes: number };
export type PreparedFile = { readonly name: string; readonly bytes: number };

/** Prepared files are named after their zkey. */
const preparedName = /^([0-9a-f]{64})\.[\w.]+$/;

/** Which circuits' files are kept here, and which of them goes first when room is needed. */
export class Shelf {
  readonly #tools: ShelfTools;
  readonly #kept: Map<Sha256, Kept>;
  /** Files in use, with the number of their users. */
  readonly #held = new Map<Sha256, number>();

  private constructor(tools: ShelfTools, kept: readonly Kept[]) {
    this.#tools = tools;
    this.#kept = new Map(kept.map((entry) => [entry.zkey, entry]));
  }

  /** Reads the shelf as it was left. A lost or torn index loses nothing: files are found again by their digests. */
  static async open(tools: ShelfTools): Promise<Shelf> {
    return new Shelf(tools, readIndex(await readText(tools.store, INDEX)));
  }

  circuits(): readonly CachedCircuit[] {
    return Array.from(this.#kept.values(), ({ circuitId, files, prepared }) => ({
      circuitId,
      bytes: files.reduce((sum, file) => sum + file.bytes, prepared?.bytes ?? 0),
    }));
  }

  /** Files of this circuit are in use from now on, and not given up until `release`. */
  hold(circuit: Circuit): void {
    for (const { sha256 } of filesOf(circuit)) {
      this.#held.set(sha256, (this.#held.get(sha256) ?? 0) + 1);
    }
  }

  release(circuit: Circuit): void {
    for (const { sha256 } of filesOf(circuit)) {
      const users = (this.#held.get(sha256) ?? 1) - 1;
      if (users === 0) this.#held.delete(sha256);
      else this.#held.set(sha256, users);
    }
  }

  /** Whether the circuit's files are kept. Asking for them is a use: what was asked for last goes last. */
  uses({ zkey }: Circuit): boolean {
    const entry = this.#kept.get(zkey.sha256);
    // Written down with the next change: a wrong order costs a download at most.
    if (entry !== undefined) this.#kept.set(entry.zkey, this.#usedNow(entry));
    return entry !== undefined;
  }

  /** The circuit's files are complete. */
  async put(circuit: Circuit): Promise<void> {
    const zkey = circuit.zkey.sha256;
    const before = this.#kept.get(zkey);
    const files = filesOf(circuit);
    this.#kept.set(zkey, this.#usedNow({ ...before, circuitId: circuit.id, zkey, files }));
    await this.#save();
    if (before === undefined) this.#tools.onChange(this.circuits());
  }

  /** The prepared key that is kept of a circuit. */
  preparedOf({ zkey }: Circuit): string | undefined {
    return this.#kept.get(zkey.sha256)?.prepared?.name;
  }

  /** A circuit's prepared key is complete, and takes the place of the one before. */
  async putPrepared({ zkey }: Circuit, prepared: PreparedFile): Promise<void> {
    const entry = this.#kept.get(zkey.sha256);
    if (entry === undefined) return;
    this.#kept.set(entry.zkey, { ...entry, prepared });
    await this.#save();
    const before = entry.prepared?.name;
    if (before !== undefined && before !== prepared.name) await this.#tools.store.remove(before);
    this.#tools.onChange(this.circuits());
  }

  /** Deletes a circuit's prepared key. */
  async dropPrepared(zkey: Sha256): Promise<void> {
    const entry = this.#kept.get(zkey);
    if (entry?.prepared === undefined) return;
    const { prepared, ...rest } = entry;
    this.#kept.set(zkey, rest);
    await this.#save();
    await this.#tools.store.remove(prepared.name);
    this.#tools.onChange(this.circuits());
  }

  /**
   * Gives up one thing that nobody uses: what was never finished, else the prepared key, else the circuit, that was used
   * longest ago.
   *
   * @throws `reason` when that does not say that storage is full, NodeFailure "platform" when there is nothing left.
   */
  async makeRoom(reason: unknown): Promise<void> {
    if (!saysStorageIsFull(reason)) throw reason;
    const kept = [...this.#kept.values()];
    const orphan = await findOrphan(this.#tools.store, kept, this.#held);
    if (orphan !== undefined) {
      await this.#tools.store.remove(orphan);
      return;
    }
    const byUse = kept
      .filter((entry) => !this.#held.has(entry.zkey))
      .sort((one, other) => one.usedAtMs - other.usedAtMs);
    // Making a key again takes a second; fetching a circuit may take minutes.
    const prepared = byUse.find((entry) => entry.prepared !== undefined);
    const oldest = byUse[0];
    if (prepared !== undefined) await this.dropPrepared(prepared.zkey);
    else if (oldest !== undefined) await this.#drop(oldest);
    else throw storageFull(reason);
  }

  /** Deletes all versions of a circuit. */
  async remove(id: CircuitId): Promise<void> {
    for (const entry of [...this.#kept.values()]) {
      if (entry.circuitId === id) await this.#drop(entry);
    }
  }

  #usedNow(entry: Omit<Kept, "usedAtMs">): Kept {
    return { ...entry, usedAtMs: this.#tools.unixMs() };
  }

  async #drop(entry: Kept): Promise<void> {
    this.#kept.delete(entry.zkey);
    await this.#save();
    const needed = digestsOf([...this.#kept.values()]);
    for (const file of entry.files) {
      const isFree = !needed.has(file.sha256) && !this.#held.has(file.sha256);
      if (isFree) await this.#tools.store.remove(file.sha256);
    }
    if (entry.prepared !== undefined) await this.#tools.store.remove(entry.prepared.name);
    this.#tools.onChange(this.circuits());
  }

  async #save(): Promise<void> {
    await writeText(this.#tools.store, INDEX, JSON.stringify([...this.#kept.values()]));
  }
}

/** A file that belongs to no kept circuit and is not being written: what an ended download left. */
const findOrphan = async (
  store: FileStore,
  kept: readonly Kept[],
  held: ReadonlyMap<Sha256, number>,
): Promise<string | undefined> => {
  const digests = digestsOf(kept);
  const prepared = new Set(kept.flatMap((entry) => entry.prepared?.name ?? []));
  const isOrphan = (name: string): boolean => {
    const zkey = sha256(preparedName.exec(name)?.[1] ?? name);
    if (zkey === undefined || held.has(zkey)) return false;
    return !digests.has(zkey) || (zkey !== name && !prepared.has(name));
  };
  return (await store.list()).map((file) => file.name).find(isOrphan);
};

const digestsOf = (kept: readonly Kept[]): ReadonlySet<Sha256> =>
  new Set(kept.flatMap((entry) => entry.files).map((file) => file.sha256));

const filesOf = ({ wasm, zkey, vkey }: Circuit): readonly KeptFile[] =>
  [wasm, zkey, vkey].map((artifact) => ({ sha256: artifact.sha256, bytes: artifact.bytes }));

const readIndex = (text: string): readonly Kept[] => {
  try {
    const entries: unknown = JSON.parse(text);
    return Array.isArray(entries) ? entries.flatMap(readKept) : [];
  } catch {
    // Torn by a crash, or never written: the files themselves are what counts.
    return [];
  }
};

const readKept = (value: unknown): readonly Kept[] => {
  if (!isRecord(value) || !Array.isArray(value.files)) return [];
  const id = circuitId(String(value.circuitId));
  const zkey = sha256(String(value.zkey));
  const files = value.files.flatMap(readKeptFile);
  const usedAtMs = Number(value.usedAtMs);
  if (id === undefined || zkey === undefined || !Number.isFinite(usedAtMs)) return [];
  const prepared = readPrepared(value.prepared);
  return [
    { circuitId: id, zkey, files, usedAtMs, ...(prepared === undefined ? {} : { prepared }) },
  ];
};

const readPrepared = (value: unknown): PreparedFile | undefined => {
  if (!isRecord(value)) return undefined;
  const { name, bytes } = value;
  const isOne = typeof name === "string" && preparedName.test(name) && Number.isSafeInteger(bytes);
  return isOne ? { name, bytes: Number(bytes) } : undefined;
};

const readKeptFile = (value: unknown): readonly KeptFile[] => {
  if (!isRecord(value)) return [];
  const digest = sha256(String(value.sha256));
  const bytes = Number(value.bytes);
  return digest !== undefined && Number.isSafeInteger(bytes) ? [{ sha256: digest, bytes }] : [];
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
