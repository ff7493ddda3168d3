/** Queue.stats: the state of the whole network. */
import type { CircuitId } from "../../src/domain/ids.ts";
import type { QueueContext } from "./context.ts";
import { storedCircuitId } from "./ids.ts";
import type { Queue, StatsRow } from "./queue.ts";

type CircuitRow = {
  circuit_id: string;
  queued: bigint;
  leased: bigint;
  oldest_ms: number;
  accepted: bigint;
  failed: bigint;
  p50: number;
  p95: number;
  last_minute: bigint;
};

/** Newest proofs that a circuit's percentiles are of. */
const PERCENTILE_SAMPLES = 1_000;

export const stats =
  ({ database }: QueueContext): Queue["stats"] =>
  async () => {
    const rows = await database.quickSql<CircuitRow[]>`
      with open as (
        select circuits.id as circuit_id,
          count(*) filter (where state in (0, 2)) as queued,
          count(*) filter (where state = 1) as leased,
          extract(epoch from now() - min(tasks.created_at) filter (where state = 0))::double precision * 1000
            as oldest_ms
        from tasks join circuits on circuits.key = tasks.circuit_key
        group by circuits.id
      ), done as (
        select circuit_id, sum(accepted)::bigint as accepted, sum(failed)::bigint as failed
        from totals group by circuit_id
      ), known as (
        select id as circuit_id from circuits where removed_at is null
        union select circuit_id from open
        union select circuit_id from done
      )
      select known.circuit_id,
        coalesce(open.queued, 0) as queued,
        coalesce(open.leased, 0) as leased,
        coalesce(open.oldest_ms, 0) as oldest_ms,
        coalesce(done.accepted, 0) as accepted,
        coalesce(done.failed, 0) as failed,
        coalesce(proven.p50, 0) as p50,
        coalesce(proven.p95, 0) as p95,
        (select count(*) from proof_samples
          where proof_samples.circuit_id = known.circuit_id and accepted_at > now() - interval '1 minute') as last_minute
      from known
      left join open using (circuit_id)
      left join done using (circuit_id)
      cross join lateral (
        select percentile_cont(0.5) within group (order by duration_ms) as p50,
          percentile_cont(0.95) within group (order by duration_ms) as p95
        from (
          select duration_ms from proof_samples where proof_samples.circuit_id = known.circuit_id
          order by id desc limit ${PERCENTILE_SAMPLES}
        ) newest
      ) proven
      order by known.circuit_id`;
    return statsOf(rows);
  };

const statsOf = (rows: readonly CircuitRow[]): StatsRow => ({
  queued: sum(rows, (row) => Number(row.queued)),
  leased: sum(rows, (row) => Number(row.leased)),
  oldestQueuedMs: Math.round(Math.max(0, ...rows.map((row) => row.oldest_ms))),
  acceptedLastMinute: sum(rows, (row) => Number(row.last_minute)),
  acceptedTotal: sum(rows, (row) => Number(row.accepted)),
  failedTotal: sum(rows, (row) => Number(row.failed)),
  circuits: rows.map(circuitOf),
});

const sum = (rows: readonly CircuitRow[], of: (row: CircuitRow) => number): number =>
  rows.reduce((total, row) => total + of(row), 0);

const circuitOf = (row: CircuitRow): StatsRow["circuits"][number] => {
  const circuitId: CircuitId = storedCircuitId(row.circuit_id);
  return {
    circuitId,
    queued: Number(row.queued),
    leased: Number(row.leased),
    accepted: Number(row.accepted),
    proofMsP50: Math.round(row.p50),
    proofMsP95: Math.round(row.p95),
  };
};
