/** The `circuits` table: every version of every circuit that this network has had. */
import type { Circuit } from "../../src/domain/circuit.ts";
import type { CircuitId } from "../../src/domain/ids.ts";
import type { Pool } from "../db/pool.ts";

export type CircuitRow = {
  readonly circuit: Circuit;
  readonly builtIn: boolean;
  readonly removed: boolean;
};

/** What is known of a version before the table gives it its number. */
export type UnnumberedCircuit = Omit<Circuit, "version">;

type StoredRow = {
  readonly version: number;
  readonly entry: Circuit;
  readonly built_in: boolean;
  readonly removed: boolean;
};

/** By id, then the newest first. */
export const readCircuits = async (sql: Pool): Promise<readonly CircuitRow[]> => {
  const rows = await sql<StoredRow[]>`
    select version, entry, built_in, removed_at is not null as removed
    from circuits order by id, version desc`;
  return rows.map((row) => ({
    // Written by `insertCircuit` alone.
    circuit: { ...row.entry, version: row.version },
    builtIn: row.built_in,
    removed: row.removed,
  }));
};

export type InsertOutcome =
  | { readonly kind: "inserted"; readonly circuit: Circuit }
  /** A circuit of this id is there and `replace` was not asked for. */
  | { readonly kind: "exists" }
  /** The id belongs to a circuit that ships with the coordinator. */
  | { readonly kind: "built-in" }
  /** This very zkey belongs to another circuit. */
  | { readonly kind: "zkey-taken"; readonly by: string };

export type NewVersion = {
  readonly circuit: UnnumberedCircuit;
  readonly builtIn: boolean;
  readonly replace: boolean;
};

/** One transaction, serialized with all others of its kind: numbers are dense and an id has one current version. */
export const insertCircuit = async (sql: Pool, version: NewVersion): Promise<InsertOutcome> =>
  sql.begin(async (transaction) => {
    await transaction`lock table circuits in share row exclusive mode`;
    const { id, zkey } = version.circuit;
    const [twin] = await transaction<{ id: string }[]>`
      select id from circuits where zkey_digest = ${zkey.sha256} and id <> ${id}`;
    if (twin !== undefined) return { kind: "zkey-taken", by: twin.id };
    const [last] = await transaction<{ version: number; live: boolean; built_in: boolean }[]>`
      select max(version)::integer as version,
        bool_or(removed_at is null) as live,
        bool_or(built_in) as built_in
      from circuits where id = ${id} having count(*) > 0`;
    if (last?.built_in === true && !version.builtIn) return { kind: "built-in" };
    if (last?.live === true && !version.replace) return { kind: "exists" };
    const circuit: Circuit = { ...version.circuit, version: (last?.version ?? 0) + 1 };
    // The same zkey again (with another wasm, or after a removal) is a newer version of itself.
    await transaction`
      insert into circuits (zkey_digest, id, version, entry, built_in)
      values (${zkey.sha256}, ${id}, ${circuit.version}, ${transaction.json(circuit)}, ${version.builtIn})
      on conflict (zkey_digest) do update set version = excluded.version, entry = excluded.entry,
        built_in = excluded.built_in, created_at = now(), removed_at = null`;
    return { kind: "inserted", circuit };
  });

/** Marks all versions of a circuit as removed. */
export const removeCircuit = async (
  sql: Pool,
  id: CircuitId,
): Promise<"removed" | "unknown" | "built-in"> =>
  sql.begin(async (transaction) => {
    const rows = await transaction<{ built_in: boolean }[]>`
      select built_in from circuits where id = ${id} and removed_at is null for update`;
    if (rows.length === 0) return "unknown";
    if (rows.some((row) => row.built_in)) return "built-in";
    await transaction`
      update circuits set removed_at = now() where id = ${id} and removed_at is null`;
    return "removed";
  });
