/**
 * Start-time fair queuing (Goyal, Vin, Cheng 1996) with the slots given out at submission: every task gets a virtual
 * time, and the ready index is then the fair order. An owner that submits 10,000 tasks fills 10,000 slots ahead; another
 * that comes later begins where the queue stands now, between them.
 *
 * Virtual time is ms of proving by one node, divided by the owner's weight. It has two bands: background owners live in
 * the upper one, whose clock is its own. So their tasks come after everybody else's, and theirs move nobody's.
 */
import type { Executor } from "../db/pool.ts";
import type { QueueContext } from "./context.ts";

/** The first task's slot, and from one to the next; numbers as text, for bigint parameters. */
export type Slots = { readonly start: string; readonly step: string };

export type SlotRequest = {
  readonly owner: string;
  readonly circuitKey: number;
  readonly tasks: number;
};

/** Proofs that a circuit's cost is the mean of. */
const COST_SAMPLES = 100;

/** Where the band of background owners begins: 146 million years of proving. */
const BACKGROUND_FROM = (2n ** 62n).toString();
const END_OF_TIME = (2n ** 63n - 1n).toString();

/** Takes the owner's next slots. The caller has locked the owner's row. */
export const reserveSlots = async (
  { policy }: Pick<QueueContext, "policy">,
  sql: Executor,
  { owner, circuitKey, tasks }: SlotRequest,
): Promise<Slots> => {
  // The owner's own time, but not before the front of this circuit's queue (who was idle has saved nothing up), and not
  // behind its end (who waits for slow circuits elsewhere is served here no later than who comes last). With nothing
  // queued, both are the slot that was last leased, or the furthest one given out.
  const rows = await sql<[{ start: bigint; step: bigint }]>`
    with own as (
      select id, weight, background,
        case when background then ${BACKGROUND_FROM}::bigint else 0 end as floor,
        case when background then ${END_OF_TIME}::bigint else ${BACKGROUND_FROM}::bigint end as ceiling
      from owners where id = ${owner}
    ), cost as (
      select greatest(1, ceil(coalesce(avg(duration_ms), ${policy.unmeasuredCostMs}) / own.weight))::bigint as step
      from own left join (
        select duration_ms from proof_samples
        where circuit_id = (select id from circuits where key = ${circuitKey})
        order by id desc limit ${COST_SAMPLES}
      ) recent on true
      group by own.weight
    ), clock as (
      select coalesce(
        (select max(vtime) from tasks where attempt_id is not null and vtime >= floor and vtime < ceiling),
        (select greatest(max(vtime), floor) from owners where owners.background = own.background)) as now
      from own
    ), queue as (
      select coalesce(min(vtime), clock.now) as front, coalesce(max(vtime), clock.now) as rear
      from own cross join clock left join lateral (
        (select vtime from tasks
          where state = 0 and circuit_key = ${circuitKey} and vtime >= floor and vtime < ceiling order by vtime limit 1)
        union all
        (select vtime from tasks
          where state = 0 and circuit_key = ${circuitKey} and vtime >= floor and vtime < ceiling order by vtime desc limit 1)
      ) ends on true
      group by clock.now
    ), placed as (
      select step, least(greatest(owners.vtime, queue.front), queue.rear + step) as start
      from cost, queue, owners where owners.id = ${owner}
    )
    update owners set vtime = greatest(vtime, start) + step * ${tasks}::integer
    from placed where owners.id = ${owner}
    returning start, step`;
  const { start, step } = rows[0];
  return { start: start.toString(), step: step.toString() };
};

/**
 * Priority holds within an owner's own share: its urgent tasks change slots with its other queued ones, nobody else's
 * move. Does nothing when nothing less urgent is queued.
 */
export const moveUpByPriority = async (
  sql: Executor,
  owner: string,
  priority: number,
): Promise<void> => {
  await sql`
    with own as materialized (
      select id, vtime, priority from tasks
      where owner_id = ${owner} and state + 0 = 0 and exists (
        select from tasks less where less.owner_id = ${owner} and less.state + 0 = 0 and less.priority < ${priority})
      order by id for update
    ), wanted as (
      select id, vtime, row_number() over (order by priority desc, id) as place from own
    ), slot as (
      select vtime, row_number() over (order by vtime, id) as place from own
    )
    update tasks set vtime = slot.vtime
    from wanted join slot using (place)
    where tasks.id = wanted.id and tasks.id = any(array(select id from own)) and tasks.state + 0 = 0
      and wanted.vtime <> slot.vtime`;
};

/** After a cancellation: slots beyond the owner's last open task are free again. */
export const giveBackSlots = async (sql: Executor, owner: string): Promise<void> => {
  await sql`
    update owners set vtime = least(vtime, coalesce(
      (select max(vtime) from tasks where owner_id = ${owner} and state <> 3), 0))
    where id = ${owner}`;
};
