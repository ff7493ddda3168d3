/** The statement that accepts: result with its verdict, credit, counters and the end of other attempts, in one commit. */
import type { AttemptId } from "../../src/domain/ids.ts";
import type { Executor, Fragment, Json } from "../db/pool.ts";
import type { QueueContext } from "./context.ts";
import { attemptIdOf, taskKeyOf } from "./ids.ts";
import type { AcceptedProof, ReportOutcome } from "./queue.ts";
import { shardOf } from "./shard.ts";
import { uuidOf } from "./verdicts.ts";

export type BatchEntry = {
  readonly proof: AcceptedProof;
  readonly receipt: NonNullable<ReportOutcome["receipt"]>;
  readonly acceptedAtMs: number;
};

export type AcceptedBatch = {
  /** By the entry's place: the tasks that this batch finished. */
  readonly taken: ReadonlyMap<number, { readonly id: bigint; readonly jobId: bigint }>;
  /** Attempts of others that ran on those tasks. */
  readonly superseded: readonly AttemptId[];
};

type Row = { place: number; id: bigint; job_id: bigint; superseded: string | null };

/**
 * A task is taken by deleting its row: of any number of proofs for it, here or on other replicas, one finds it. The
 * primary key of finished_tasks says the same a second time.
 */
export const acceptBatch = async (
  { database, replicaId }: QueueContext,
  entries: readonly BatchEntry[],
): Promise<AcceptedBatch> => {
  const { sql } = database;
  const rows = await sql<Row[]>`
    with ${takenTasks(sql, entries)},
    ${records(sql)},
    ${earnings(sql, shardOf(replicaId))}
    select place, task_id as id, job_id,
      case when current_attempt <> attempt_id then current_attempt end as superseded
    from result`;
  return {
    taken: new Map(rows.map((row) => [row.place, { id: row.id, jobId: row.job_id }])),
    superseded: rows.flatMap((row) =>
      row.superseded === null ? [] : [attemptIdOf(row.superseded)],
    ),
  };
};

/** `result`: the reports that take their task, with what the task's row was. */
const takenTasks = (sql: Executor, entries: readonly BatchEntry[]): Fragment => sql`
    report as materialized (
      select * from jsonb_to_recordset(${sql.json(entries.map(entryRow))}) as report (
        place integer, task_id bigint, attempt_id uuid, number integer, worker_id text, digest text, proof text,
        public_signals jsonb, duration_ms integer, timings jsonb, engine text, node_class smallint, credited boolean,
        accepted_at_ms double precision, receipt_body text, receipt_signature text, receipt_public_key text)
    ), fresh as materialized (
      -- One report per task: of two for the same one, the second is answered by what the first has done.
      select distinct on (task_id) *, to_timestamp(accepted_at_ms / 1000) as accepted_at
      from report order by task_id, place
    ), held as materialized (
      select * from tasks where id = any(array(select task_id from fresh)) order by id for update
    ), taken as (
      delete from tasks where id = any(array(select id from held)) returning id
    ), result as materialized (
      select fresh.*, held.job_id, held.position, held.circuit_key, held.attempt_id as current_attempt,
        held.worker_id as current_worker, held.leases, held.leased_at, held.stage, held.progress,
        circuits.id as circuit_id
      from taken join held using (id) join fresh on fresh.task_id = held.id
      join circuits on circuits.key = held.circuit_key
    )`;

/** What is written down of them. */
const records = (sql: Executor): Fragment => sql`
    finished as (
      insert into finished_tasks
        (task_id, job_id, position, circuit_key, state, reason, reason_code, attempt_id, attempt_number, worker_id,
          started_at, proof, digest, receipt_body, receipt_signature, receipt_public_key, public_signals,
          duration_ms, engine, timings, credited, finished_at)
      select task_id, job_id, position, circuit_key, 4, '', '', attempt_id,
        case when current_attempt = attempt_id then leases else number end, worker_id,
        case when current_attempt = attempt_id then leased_at else accepted_at - duration_ms * interval '1 ms' end,
        decode(proof, 'base64'), digest, decode(receipt_body, 'base64'), decode(receipt_signature, 'base64'),
        decode(receipt_public_key, 'base64'), array(select jsonb_array_elements_text(public_signals)),
        duration_ms, engine, timings, credited, accepted_at
      from result
    ), superseded as (
      insert into attempts
        (attempt_id, task_id, number, worker_id, outcome, reason, reason_code, stage, progress, started_at)
      select current_attempt, task_id, leases, current_worker, 'superseded',
        'the proof of an earlier attempt came in late', 'superseded', coalesce(stage, ''), coalesce(progress, 0), leased_at
      from result where current_attempt <> attempt_id
    )`;

/** What the workers have of it, and the figures. */
const earnings = (sql: Executor, shard: number): Fragment => sql`
    earned as (
      select worker_id, count(*) as proofs, count(*) filter (where credited) as credits, max(node_class) as node_class
      from result group by worker_id
    ), payee as materialized (
      select id from workers where id = any(array(select worker_id from earned)) order by id for update
    ), paid as (
      update workers set
        completed = completed + proofs,
        credit = credit + credits,
        consecutive_valid = consecutive_valid + proofs,
        node_class = earned.node_class
      from payee join earned on earned.worker_id = payee.id
      where workers.id = payee.id and workers.id = any(array(select id from payee))
    ), sampled as (
      insert into proof_samples (circuit_id, node_class, duration_ms, accepted_at)
      select circuit_id, node_class, duration_ms, accepted_at from result
    ), counted as (
      insert into totals (circuit_id, shard, accepted)
      select circuit_id, ${shard}::smallint, count(*) from result group by circuit_id order by circuit_id
      on conflict (circuit_id, shard) do update set accepted = totals.accepted + excluded.accepted
    )`;

const entryRow = ({ proof, receipt, acceptedAtMs }: BatchEntry, place: number): Json => ({
  place,
  task_id: taskKeyOf(proof.attempt.taskId) ?? null,
  attempt_id: uuidOf(proof.attempt),
  number: proof.attempt.attemptNumber,
  worker_id: proof.attempt.workerId,
  digest: proof.digest,
  proof: base64(proof.proof),
  public_signals: [...proof.publicSignals],
  duration_ms: Math.round(proof.durationMs),
  timings: { ...proof.timings },
  engine: proof.engine,
  node_class: proof.nodeClass,
  credited: proof.credited,
  accepted_at_ms: acceptedAtMs,
  receipt_body: base64(receipt.body),
  receipt_signature: base64(receipt.signature),
  receipt_public_key: base64(receipt.publicKey),
});

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
