/** Jobs that ended long ago, with their results and the history of their attempts. */
import type { Executor } from "../db/pool.ts";
import type { QueuePolicy } from "./policy.ts";

/** Jobs per statement: short transactions. */
const BATCH = 200;

/** A job goes once its last task has been final for its owner's time: practice soon, everybody else's late. */
export const purgeJobs = async (
  sql: Executor,
  { resultsKeptMs, practiceKeptMs }: QueuePolicy,
): Promise<void> => {
  for (;;) {
    const gone = await sql`
      with old as materialized (
        select jobs.id from jobs join owners on owners.id = jobs.owner_id
        cross join lateral (
          select now() - case when owners.background then ${practiceKeptMs}::double precision
            else ${resultsKeptMs}::double precision end * interval '1 ms' as before
        ) kept
        where jobs.created_at < now() - ${Math.min(practiceKeptMs, resultsKeptMs)}::double precision * interval '1 ms'
          and jobs.created_at < kept.before
          and not exists (select from tasks where tasks.owner_id = jobs.owner_id and tasks.job_id = jobs.id)
          and not exists (
            select from finished_tasks where finished_tasks.job_id = jobs.id and finished_at >= kept.before)
        limit ${BATCH}
      ), results as (
        delete from finished_tasks where job_id = any(array(select id from old)) returning task_id
      ), history as (
        delete from attempts where task_id = any(array(select task_id from results))
      )
      delete from jobs where id = any(array(select id from old)) returning id`;
    if (gone.length < BATCH) return;
  }
};
