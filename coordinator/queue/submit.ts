/** Queue.submit: a job and its tasks, in one transaction. */
import type { TransactionSql } from "postgres";
import { CoordinatorFailure } from "../failure.ts";
import type { QueueContext } from "./context.ts";
import { jobIdOf } from "./ids.ts";
import { checkLimits } from "./limits.ts";
import type { NewJob, Queue } from "./queue.ts";
import { moveUpByPriority, reserveSlots } from "./slots.ts";
import type { Slots } from "./slots.ts";

type Transaction = TransactionSql<{ bigint: bigint }>;

/** Inputs travel in several statements of at most this size (one input may be larger than a chunk: 1 MiB). */
const CHUNK_BYTES = 4 * 1024 * 1024;

export const submit =
  (context: QueueContext): Queue["submit"] =>
  async (job) => {
    const result = await context.database.sql.begin((sql) => insertJob(context, sql, job));
    if (!result.existed) context.wake({ kind: "ready" });
    return { jobId: jobIdOf(result.key), existed: result.existed };
  };

const insertJob = async (context: QueueContext, sql: Transaction, job: NewJob) => {
  // The owner's row is locked: its submissions go one after another, so limits and idempotency keys are exact.
  await sql`insert into owners (id) values (${job.owner}) on conflict (id) do nothing`;
  await sql`select id from owners where id = ${job.owner} for update`;
  const earlier = await earlierJob(sql, job);
  if (earlier !== undefined) return { key: earlier, existed: true };
  await checkLimits(context, sql, job);
  const circuitKey = await circuitKeyOf(sql, job);
  const key = await insertJobRow(sql, job, circuitKey);
  const slots = await reserveSlots(context, sql, {
    owner: job.owner,
    circuitKey,
    tasks: job.inputs.length,
  });
  await insertTasks(sql, job, { key, circuitKey, slots });
  await moveUpByPriority(sql, job.owner, job.priority);
  return { key, existed: false };
};

const earlierJob = async (sql: Transaction, job: NewJob): Promise<bigint | undefined> => {
  if (job.idempotencyKey === "") return undefined;
  const rows = await sql<{ id: bigint }[]>`
    select id from jobs where owner_id = ${job.owner} and idempotency_key = ${job.idempotencyKey}`;
  return rows[0]?.id;
};

const circuitKeyOf = async (sql: Transaction, job: NewJob): Promise<number> => {
  // Share-locked: a circuit is not removed between this look and the insert.
  const rows = await sql<{ key: number }[]>`
    select key from circuits
    where zkey_digest = ${job.zkeyDigest} and id = ${job.circuitId} and removed_at is null
    for share`;
  const key = rows[0]?.key;
  if (key !== undefined) return key;
  throw new CoordinatorFailure({
    kind: "not-found",
    reason: "CIRCUIT_UNKNOWN",
    field: "circuit_id",
    problem: `circuit ${job.circuitId} is not served`,
    remedy: "list the circuits and submit to one of them",
  });
};

const insertJobRow = async (sql: Transaction, job: NewJob, circuitKey: number): Promise<bigint> => {
  const deadline = job.deadlineMs === 0 ? null : job.deadlineMs;
  const rows = await sql<[{ id: bigint }]>`
    insert into jobs
      (owner_id, circuit_key, priority, task_count, deadline_at, pinned_public_signals, idempotency_key, project)
    values (${job.owner}, ${circuitKey}, ${job.priority}, ${job.inputs.length},
      now() + ${deadline}::double precision * interval '1 ms',
      array(select jsonb_array_elements_text(${sql.json(job.pinnedPublicSignals)})),
      nullif(${job.idempotencyKey}, ''), ${sql.json(job.project)})
    returning id`;
  return rows[0].id;
};

const insertTasks = async (
  sql: Transaction,
  job: NewJob,
  row: { readonly key: bigint; readonly circuitKey: number; readonly slots: Slots },
): Promise<void> => {
  const { start, step } = row.slots;
  for (const chunk of chunks(job.inputs)) {
    await sql`
      insert into tasks (job_id, position, owner_id, circuit_key, priority, vtime, input, deadline_at)
      select jobs.id, ${chunk.from}::integer + given.place - 1, jobs.owner_id, jobs.circuit_key, jobs.priority,
        ${start}::bigint + ${step}::bigint * (${chunk.from}::integer + given.place - 1), given.input, jobs.deadline_at
      from jobs cross join (
        select decode(text, 'base64') as input, place
        from jsonb_array_elements_text(${sql.json(chunk.inputs.map(base64))}) with ordinality as line (text, place)
      ) given
      where jobs.id = ${row.key}
      order by given.place`;
  }
};

const base64 = (input: Uint8Array): string => Buffer.from(input).toString("base64");

type Chunk = { readonly from: number; readonly inputs: readonly Uint8Array[] };

const chunks = function* (inputs: readonly Uint8Array[]): Generator<Chunk> {
  let from = 0;
  let bytes = 0;
  for (const [index, input] of inputs.entries()) {
    if (bytes > 0 && bytes + input.length > CHUNK_BYTES) {
      yield { from, inputs: inputs.slice(from, index) };
      from = index;
      bytes = 0;
    }
    bytes += input.length;
  }
  yield { from, inputs: inputs.slice(from) };
};
