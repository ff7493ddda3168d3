/** Queue.lease: one statement leases for all idle workers of this replica. */
import { randomBytes } from "node:crypto";
import type { Executor, Fragment } from "../db/pool.ts";
import type { ProjectCard } from "../../src/domain/task.ts";
import type { QueueContext } from "./context.ts";
import type { HardLimits } from "./hard-limits.ts";
import { attemptIdOf, jobIdOf, storedCircuitId, storedWorkerId, taskIdOf } from "./ids.ts";
import type { Lease, LeaseWant, Queue } from "./queue.ts";
import { uuids } from "./uuids.ts";
import { wantRow } from "./want-row.ts";

/** Slots per statement. Rows are locked per circuit before they are chosen among, so a statement must not ask for much. */
const MAX_SLOTS = 256;
const ATTEMPT_ID_BYTES = 16;

/** `limits` are those of this replica's cache. */
export const lease =
  (context: QueueContext, limits: HardLimits): Queue["lease"] =>
  async (wants) => {
    await limits.refresh();
    const leases: Lease[] = [];
    for (const batch of batches(wants)) leases.push(...(await leaseBatch(context, limits, batch)));
    return leases;
  };

/** Wants with slots, cut into batches of at most MAX_SLOTS. */
const batches = function* (wants: readonly LeaseWant[]): Generator<readonly LeaseWant[]> {
  let batch: LeaseWant[] = [];
  let slots = 0;
  for (const asked of wants) {
    const want = { ...asked, slots: Math.trunc(Math.min(asked.slots, MAX_SLOTS)) };
    if (!(want.slots > 0)) continue;
    if (slots > 0 && slots + want.slots > MAX_SLOTS) {
      yield batch;
      batch = [];
      slots = 0;
    }
    batch.push(want);
    slots += want.slots;
  }
  if (batch.length > 0) yield batch;
};

type Row = {
  id: bigint;
  job_id: bigint;
  attempt_id: string;
  leases: number;
  worker_id: string;
  session_id: string;
  input: Uint8Array;
  created_at: Date;
  hard_limit_ms: number;
  circuit_id: string;
  zkey_digest: string;
  project: ProjectCard;
  pinned_public_signals: string[];
};

const leaseBatch = async (
  { database, policy, replicaId }: QueueContext,
  limits: HardLimits,
  wants: readonly LeaseWant[],
): Promise<readonly Lease[]> => {
  const sql = database.quickSql;
  const slots = wants.reduce((sum, want) => sum + want.slots, 0);
  const rows = await sql<Row[]>`
    with recursive
    ${abilities(sql, wants)},
    ${offers(sql)},
    ${choice(sql, attemptIds(slots))},
    leased as (
      update tasks set
        state = 1,
        leases = leases + 1,
        attempt_id = given.attempt_id,
        worker_id = given.worker_id,
        session_id = given.session_id,
        replica_id = ${replicaId},
        leased_at = now(),
        lease_until = now() + ${policy.leaseTtlMs}::double precision * interval '1 ms',
        -- Null until a prover begins: see start.ts.
        hard_until = null,
        hard_limit_ms = given.hard_limit_ms
      from (
        select chosen.*, coalesce(known.ms, ${policy.hardLimit.defaultMs}::integer) as hard_limit_ms
        from chosen left join jsonb_to_recordset(${sql.json(limits.all())})
          as known (circuit_key integer, node_class integer, ms integer) using (circuit_key, node_class)
      ) given
      -- By list of ids, and "state + 0", to keep the planner on the primary key: "state = 0" makes it walk all of the
      -- ready index, since that has rows of this state only.
      where tasks.id = given.id and tasks.id = any(array(select id from chosen)) and tasks.state + 0 = 0
      returning tasks.*
    )
    select leased.id, leased.job_id, leased.attempt_id, leased.leases, leased.worker_id, leased.session_id,
      leased.input, leased.created_at, leased.hard_limit_ms, circuits.id as circuit_id, circuits.zkey_digest, jobs.project,
      to_jsonb(jobs.pinned_public_signals) as pinned_public_signals
    from leased
    join circuits on circuits.key = leased.circuit_key
    join jobs on jobs.id = leased.job_id and jobs.id = any(array(select job_id from leased))
    order by leased.vtime, leased.id`;
  return rows.map((row) => leaseOf(row, policy.leaseTtlMs));
};

/** `want`: the workers. `able`: which circuits each may be given. `demand`: how much of each circuit. */
const abilities = (sql: Executor, wants: readonly LeaseWant[]): Fragment => sql`
  want as materialized (
    select * from jsonb_to_recordset(${sql.json(wants.map(wantRow))}) as want (
      place integer, worker_id text, session_id text, slots integer, circuits text[], curves text[],
      denied text[], memory bigint, node_class integer)
  ),
  able as materialized (
    select want.place, want.slots, array_agg(circuits.key order by circuits.key) as circuit_keys
    from want join circuits
      on (want.circuits is null or circuits.id = any(want.circuits))
      and (want.curves = '{}' or circuits.curve = any(want.curves))
      and circuits.id <> all(want.denied)
      and (want.memory = 0 or circuits.memory_bytes <= want.memory)
    group by want.place, want.slots
  ),
  demand as materialized (
    select circuit_key, sum(slots) as slots, count(*) as workers
    from able cross join unnest(circuit_keys) as circuit_key
    group by circuit_key
  )`;

/** `pool`: tasks that could be taken. `party`: workers with the same choice. */
const offers = (sql: Executor): Fragment => sql`
  -- Of each circuit as many tasks as could be taken, in the fair order; what another replica is leasing is passed over.
  -- A task that one of these workers has just lost or failed avoids it if another one could take it; -1 = avoids nobody.
  pool as materialized (
    select ready.id, ready.circuit_key, ready.vtime, coalesce(
      case when ready.avoided_until > now() and demand.workers > 1
        then (select min(place) from want where worker_id = ready.avoided_worker) end, -1) as avoids
    from demand cross join lateral (
      select id, circuit_key, vtime, avoided_worker, avoided_until from tasks
      where state = 0 and circuit_key = demand.circuit_key
      order by vtime, id limit demand.slots
      for update skip locked
    ) ready
  ),
  -- Whom a task avoids is a party of its own; -2 = whom none does. Parties choose one after the other, those with the
  -- fewest circuits first: the others can go elsewhere.
  member as materialized (
    select *, dense_rank() over (order by cardinality(circuit_keys), circuit_keys, alone) as step
    from able cross join lateral (
      select case when place = any(array(select avoids from pool)) then place else -2 end as alone
    ) avoided
  ),
  party as materialized (
    select step, circuit_keys, alone, sum(slots)::integer as slots
    from member group by step, circuit_keys, alone
  )`;

/** `chosen`: which task goes to whom, with its attempt id. */
const choice = (sql: Executor, attemptKeys: readonly string[]): Fragment => sql`
  -- Each party takes from what the ones before it have left, in the fair order again.
  picked (step, ids, used) as (
    select 0::bigint, '{}'::bigint[], '{}'::bigint[]
    union all
    select party.step, mine.ids, picked.used || mine.ids
    from picked join party on party.step = picked.step + 1
    cross join lateral (
      select array(
        select id from pool
        where circuit_key = any(party.circuit_keys) and avoids <> party.alone and id <> all(picked.used)
        order by vtime, id limit party.slots
      ) as ids
      -- Without it the planner writes the array in twice, and each party sorts the pool twice.
      offset 0
    ) mine
  ),
  -- Dealt like cards: every worker's first slot before anybody's second.
  seat as (
    select step, place, row_number() over (partition by step order by slot, place) as number
    from member cross join generate_series(1, member.slots) as slot
  ),
  chosen as materialized (
    select task.id, pool.circuit_key, want.worker_id, want.session_id, want.node_class,
      (${uuids(sql, attemptKeys)})[row_number() over ()] as attempt_id
    from picked cross join unnest(picked.ids) with ordinality as task (id, number)
    join pool on pool.id = task.id
    join seat on seat.step = picked.step and seat.number = task.number
    join want using (place)
  )`;

/** 128 random bits each: a lease that a crash of the database forgot can never be given out under the same id again. */
const attemptIds = (count: number): string[] => {
  const bits = randomBytes(count * ATTEMPT_ID_BYTES).toString("hex");
  const digits = ATTEMPT_ID_BYTES * 2;
  return Array.from({ length: count }, (_, index) =>
    bits.slice(index * digits, (index + 1) * digits),
  );
};

const leaseOf = (row: Row, leaseTtlMs: number): Lease => ({
  taskId: taskIdOf(row.id),
  attemptId: attemptIdOf(row.attempt_id),
  attemptNumber: row.leases,
  worker: { workerId: storedWorkerId(row.worker_id), sessionId: row.session_id },
  circuitId: storedCircuitId(row.circuit_id),
  zkeyDigest: row.zkey_digest,
  input: row.input,
  createdAtMs: row.created_at.getTime(),
  leaseTtlMs,
  hardLimitMs: row.hard_limit_ms,
  project: row.project,
  pinnedPublicSignals: row.pinned_public_signals,
  jobId: jobIdOf(row.job_id),
});
