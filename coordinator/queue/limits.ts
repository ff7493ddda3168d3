/** What an owner, and all of them together, may have queued. */
import type { Executor } from "../db/pool.ts";
import { CoordinatorFailure } from "../failure.ts";
import type { QueueContext } from "./context.ts";
import type { NewJob } from "./queue.ts";

const MIB = 1024 * 1024;

/** Errors: exhausted, with the limit, what is there now and when to try again. */
export const checkLimits = async (
  { policy }: Pick<QueueContext, "policy">,
  sql: Executor,
  job: Pick<NewJob, "owner" | "inputs">,
): Promise<void> => {
  const present = await presentUse(sql, job.owner, policy.queuedInAll);
  const bytes = job.inputs.reduce((sum, input) => sum + input.length, 0);
  const full = (reason: string, problem: string): CoordinatorFailure =>
    new CoordinatorFailure({
      kind: "exhausted",
      reason,
      field: "inputs",
      problem,
      remedy: "submit fewer at once, or again when some are proven",
      retryAfterMs: policy.retryAfterMs,
    });
  if (present.owned + job.inputs.length > policy.queuedPerOwner) {
    throw full(
      "OWNER_QUEUE_FULL",
      `${present.owned} tasks of this owner are open and the job has ${job.inputs.length}; at most ${policy.queuedPerOwner} may be`,
    );
  }
  if (present.bytes + bytes > policy.inputBytesPerOwner) {
    throw full(
      "OWNER_INPUTS_FULL",
      `inputs of this owner's open tasks take ${mebibytes(present.bytes)} and the job's ${mebibytes(bytes)}; at most ${mebibytes(policy.inputBytesPerOwner)} may be open`,
    );
  }
  if (present.total + job.inputs.length > policy.queuedInAll) {
    throw full(
      "QUEUE_FULL",
      `${present.total} tasks are open here and the job has ${job.inputs.length}; at most ${policy.queuedInAll} may be`,
    );
  }
};

type Use = { readonly owned: number; readonly bytes: number; readonly total: number };

/** Dead tasks (state 3) wait for their owner, not for a node: they do not count. */
const presentUse = async (sql: Executor, owner: string, most: number): Promise<Use> => {
  const rows = await sql<[{ owned: bigint; bytes: bigint; total: bigint }]>`
    select own.count as owned, own.bytes, everybody.count as total
    from (
      select count(*), coalesce(sum(octet_length(input)), 0)::bigint as bytes
      from tasks where owner_id = ${owner} and state <> 3
    ) own, (
      select count(*) from (select from tasks where state <> 3 limit ${most}) as every_owner
    ) everybody`;
  const { owned, bytes, total } = rows[0];
  return { owned: Number(owned), bytes: Number(bytes), total: Number(total) };
};

const mebibytes = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
