/** How long an attempt may take at most: 4 x p95 of its circuit's proofs on nodes of the same speed. */
import type { Executor } from "../db/pool.ts";
import type { QueueContext } from "./context.ts";
import type { QueuePolicy } from "./policy.ts";

/** One known limit; pairs of circuit and class that are not listed have the default. */
export type KnownLimit = {
  readonly circuit_key: number;
  readonly node_class: number;
  readonly ms: number;
};

/** A busy network adds thousands of samples between two purges; so many of the newest are enough. */
const RECENT_SAMPLES = 20_000;

/** What this replica goes by, read at most every `cacheMs`. */
export type HardLimits = {
  /** Reads anew if it is time; a failure keeps the old ones. */
  readonly refresh: () => Promise<void>;
  readonly all: () => KnownLimit[];
};

export const openHardLimits = (
  { database, policy, log }: Pick<QueueContext, "database" | "policy" | "log">,
  monotonicMs: () => number,
): HardLimits => {
  let known: KnownLimit[] = [];
  let readAtMs = Number.NEGATIVE_INFINITY;
  const refresh = async (): Promise<void> => {
    if (monotonicMs() - readAtMs < policy.hardLimit.cacheMs) return;
    readAtMs = monotonicMs();
    try {
      known = await readLimits(database.quickSql, policy);
    } catch (error) {
      log.warn("hard limits could not be read; the old ones hold", { error });
    }
  };
  return { refresh, all: () => known };
};

/** Every pair with enough samples. */
const readLimits = async (sql: Executor, policy: QueuePolicy): Promise<KnownLimit[]> => {
  const rows = await sql<{ circuit_key: number; node_class: number; p95: number }[]>`
    select circuits.key as circuit_key, sampled.node_class, sampled.p95
    from (
      select circuit_id, node_class,
        percentile_cont(0.95) within group (order by duration_ms) as p95
      from proof_samples
      where id > (select max(id) from proof_samples) - ${RECENT_SAMPLES}
      group by circuit_id, node_class
      having count(*) >= ${policy.hardLimit.minSamples}
    ) sampled join circuits on circuits.id = sampled.circuit_id`;
  return rows.map((row) => ({
    circuit_key: row.circuit_key,
    node_class: row.node_class,
    ms: limitOf(row.p95, policy),
  }));
};

const limitOf = (p95: number, { hardLimit }: QueuePolicy): number =>
  Math.round(Math.min(hardLimit.maxMs, Math.max(hardLimit.minMs, hardLimit.factor * p95)));
