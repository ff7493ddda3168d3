/** Queue.jobs: an owner's jobs, newest first, without their tasks. */
import { jobId } from "../../src/domain/ids.ts";
import type { QueueContext } from "./context.ts";
import { jobIdOf, jobKeyOf, storedCircuitId } from "./ids.ts";
import type { Queue } from "./queue.ts";
import { countsByState } from "./states.ts";

type Row = {
  id: bigint;
  owner_id: string;
  circuit_id: string;
  created_at: Date;
  priority: number;
  counts: { state: number; count: number }[];
};

/** The token of a page is the id of the last job before it; one that names no job begins at the newest. */
export const jobs =
  ({ database }: QueueContext): Queue["jobs"] =>
  async (owner, { size, token }) => {
    const before = jobId(token);
    const key = (before === undefined ? undefined : jobKeyOf(before)) ?? null;
    // One more than asked for tells whether there is a next page.
    const rows = await database.sql<Row[]>`
      select jobs.id, jobs.owner_id, circuits.id as circuit_id, jobs.created_at, jobs.priority, counted.counts
      from jobs join circuits on circuits.key = jobs.circuit_key
      cross join lateral (
        select coalesce(jsonb_agg(jsonb_build_object('state', state, 'count', count)), '[]') as counts
        from (
          select state, count(*) from (
            select state from tasks where owner_id = jobs.owner_id and job_id = jobs.id
            union all
            select state from finished_tasks where job_id = jobs.id
          ) every_task group by state
        ) by_state
      ) counted
      where jobs.owner_id = ${owner} and (${key}::bigint is null or jobs.id < ${key}::bigint)
      order by jobs.id desc limit ${size + 1}`;
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      jobs: page.map((row) => ({
        jobId: jobIdOf(row.id),
        owner: row.owner_id,
        circuitId: storedCircuitId(row.circuit_id),
        createdAtMs: row.created_at.getTime(),
        priority: row.priority,
        counts: countsByState(row.counts),
        tasks: [],
        queuePosition: 0,
      })),
      nextToken: rows.length > size && last !== undefined ? jobIdOf(last.id) : "",
    };
  };
