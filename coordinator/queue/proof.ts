/** Queue.proof: a task's result, or how the task stands. */
import type { QueueContext } from "./context.ts";
import { attemptIdOf, storedCircuitId, storedWorkerId, taskIdOf, taskKeyOf } from "./ids.ts";
import type { ProofRow, Queue } from "./queue.ts";
import { stateName } from "./states.ts";

type Row = {
  id: bigint;
  state: number;
  reason: string;
  circuit_id: string;
  zkey_digest: string;
  proof: Uint8Array | null;
  public_signals: string[] | null;
  attempt_id: string | null;
  worker_id: string | null;
  finished_at: Date | null;
};

export const proof =
  ({ database }: QueueContext): Queue["proof"] =>
  async (owner, taskId) => {
    const key = taskKeyOf(taskId);
    if (key === undefined) return undefined;
    const rows = await database.sql<Row[]>`
      select task.*, circuits.id as circuit_id, circuits.zkey_digest
      from (
        select task_id as id, job_id, state, reason, proof, to_jsonb(public_signals) as public_signals, attempt_id, worker_id, finished_at
        from finished_tasks where task_id = ${key}
        union all
        select id, job_id, state, reason, null, null, null, null, null
        from tasks where id = ${key}
      ) task
      join jobs on jobs.id = task.job_id
      join circuits on circuits.key = jobs.circuit_key
      where jobs.owner_id = ${owner}`;
    const row = rows[0];
    return row === undefined ? undefined : proofOf(row);
  };

const proofOf = (row: Row): ProofRow => {
  const result = resultOf(row);
  return {
    taskId: taskIdOf(row.id),
    state: stateName(row.state),
    reason: row.reason,
    circuitId: storedCircuitId(row.circuit_id),
    zkeyDigest: row.zkey_digest,
    ...(result === undefined ? {} : { result }),
  };
};

const resultOf = (row: Row): ProofRow["result"] => {
  const { proof: bytes, public_signals, attempt_id, worker_id, finished_at } = row;
  if (bytes === null || public_signals === null) return undefined;
  if (attempt_id === null || worker_id === null || finished_at === null) return undefined;
  return {
    proof: bytes,
    publicSignals: public_signals,
    attemptId: attemptIdOf(attempt_id),
    workerId: storedWorkerId(worker_id),
    acceptedAtMs: finished_at.getTime(),
  };
};
