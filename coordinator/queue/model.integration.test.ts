/**
 * The lease state machine against the real store: random commands of two workers and an owner, with expiry, duplicates
 * and late reports, compared with a model step by step. A store without the fence must be found out.
 */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mutate } from "../db/testing/mutant.ts";
import { silentLog } from "../db/testing/silent-log.ts";
import type { Verdict } from "../../src/domain/task.ts";
import { openQueue } from "./open.ts";
import type { AttemptRow, Queue, TaskStateName } from "./queue.ts";
import {
  attemptOf,
  circuit,
  must,
  newJob,
  openScenario,
  proofOf,
  want,
} from "./testing/scenario.ts";
import type { Scenario } from "./testing/scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario(policy);
});
afterAll(() => scenario.close());

const TASKS = 2;
/** Low enough to be met within a history. */
const policy = { maxLeases: 6 };

type ModelTask = {
  state: TaskStateName;
  current: string;
  begun: boolean;
  failures: number;
  lost: number;
  leases: number;
};
type Given = {
  readonly row: AttemptRow;
  readonly task: ModelTask;
  proof?: Verdict;
  failure?: Verdict;
};
type World = {
  readonly queue: Queue;
  readonly circuitId: ReturnType<typeof circuit>;
  readonly jobId: Awaited<ReturnType<Queue["submit"]>>["jobId"];
  readonly tasks: Map<string, ModelTask>;
  readonly given: Given[];
};

type Command =
  | { readonly type: "lease"; readonly worker: string }
  | { readonly type: "start" | "prove" | "fail" | "beat" | "release"; readonly which: number }
  | { readonly type: "expire" | "cancel" | "revive" };

const which = fc.nat({ max: 7 });
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("lease" as const),
      worker: fc.constantFrom("ann", "ben"),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("start" as const), which }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("prove" as const), which }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("fail" as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constantFrom("beat" as const, "release" as const), which }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("expire" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constantFrom("cancel" as const, "revive" as const) }),
  },
);

const isOpen = ({ state }: ModelTask): boolean =>
  ["queued", "leased", "delayed", "dead"].includes(state);

const end = (task: ModelTask, how: "released" | "vanished" | "failed"): void => {
  if (how !== "released") task.failures += 1;
  if (how === "vanished") task.lost += 1;
  task.current = "";
  const next = how === "failed" ? "delayed" : "queued";
  task.state = task.failures >= 5 || task.lost >= 3 || task.leases >= 6 ? "dead" : next;
};

const leaseOne = async (world: World, name: string): Promise<void> => {
  const asked = want(name, { circuits: [world.circuitId] });
  const [lease] = await world.queue.lease([asked]);
  const queued = [...world.tasks.values()].filter((task) => task.state === "queued");
  expect(lease !== undefined, "something is leased if and only if something is queued").toBe(
    queued.length > 0,
  );
  if (lease === undefined) return;
  const task = must(world.tasks.get(lease.taskId));
  expect(task.state).toBe("queued");
  task.state = "leased";
  task.current = lease.attemptId;
  task.begun = false;
  task.leases += 1;
  world.given.push({ row: await attemptOf(world.queue, lease), task });
};

const closedVerdict = ({ state }: ModelTask): Verdict =>
  state === "cancelled" ? "cancelled" : "duplicate";

const prove = async (world: World, given: Given): Promise<void> => {
  const { verdict } = await world.queue.accept(proofOf(given.row));
  given.proof ??= isOpen(given.task) ? "accepted" : closedVerdict(given.task);
  expect(verdict).toBe(given.proof);
  if (verdict === "accepted") Object.assign(given.task, { state: "accepted", current: "" });
};

const fail = async (world: World, given: Given): Promise<void> => {
  const { task, row } = given;
  const failure = {
    attempt: row,
    cause: "internal",
    message: "crash",
    stage: "msm",
    reproduced: false,
  } as const;
  const { verdict } = await world.queue.fail(failure);
  const first = given.failure === undefined;
  const current = task.current === row.attemptId;
  given.failure ??= current ? "requeued" : task.state === "cancelled" ? "cancelled" : "stale";
  expect(verdict).toBe(given.failure);
  if (first && current) end(task, "failed");
};

const start = async ({ queue }: World, { row, task }: Given): Promise<void> => {
  const started = await queue.start(row.attemptId, row.workerId);
  expect(started).toBe(task.current === row.attemptId);
  if (started) task.begun = true;
};

const beat = async ({ queue }: World, { row, task }: Given): Promise<void> => {
  const { worker } = want(row.workerId);
  const lost = await queue.extend([
    { attemptId: row.attemptId, worker, stage: "ntt", progress: 0.1 },
  ]);
  expect(lost.length).toBe(task.current === row.attemptId ? 0 : 1);
};

const release = async ({ queue }: World, { row, task }: Given): Promise<void> => {
  const changes = await queue.release(want(row.workerId).worker, [row.attemptId], "goodbye");
  expect(changes.length).toBe(task.current === row.attemptId ? 1 : 0);
  if (changes.length > 0) end(task, "released");
};

/** Long enough for every lease and every delay. */
const expire = async ({ queue, tasks }: World): Promise<void> => {
  await scenario.pass(91_000);
  await queue.reap();
  await queue.promote();
  for (const task of tasks.values()) {
    if (task.state === "leased") end(task, task.begun ? "vanished" : "released");
    if (task.state === "delayed") task.state = "queued";
  }
};

const cancel = async ({ queue, jobId, tasks }: World): Promise<void> => {
  const open = [...tasks.values()].filter(isOpen);
  const { tasks: cancelled } = await queue.cancel("local", jobId);
  expect(cancelled).toBe(open.length);
  for (const task of open) Object.assign(task, { state: "cancelled", current: "" });
};

const revive = async ({ queue, jobId, tasks }: World): Promise<void> => {
  const dead = [...tasks.values()].filter((task) => task.state === "dead");
  expect(await queue.reviveDead("local", jobId)).toBe(dead.length);
  for (const task of dead)
    Object.assign(task, { state: "queued", failures: 0, lost: 0, leases: 0 });
};

const perform = async (world: World, step: Command): Promise<void> => {
  const given = "which" in step ? world.given[step.which % world.given.length] : undefined;
  switch (step.type) {
    case "lease":
      return leaseOne(world, step.worker);
    case "expire":
      return expire(world);
    case "cancel":
      return cancel(world);
    case "revive":
      return revive(world);
    default:
      return given === undefined
        ? undefined
        : { start, prove, fail, beat, release }[step.type](world, given);
  }
};

let runs = 0;
/** Each run has a circuit of its own, so that runs do not see each other's tasks. */
const newWorld = async (queue: Queue): Promise<World> => {
  const circuitId = circuit(`model_${(runs += 1)}`);
  const zkeyDigest = createHash("sha256").update(circuitId).digest("hex");
  const { sql } = scenario.database;
  await sql`
    insert into circuits (zkey_digest, id, version, entry)
    values (${zkeyDigest}, ${circuitId}, 1, ${sql.json({ curve: "bn128", memoryBytes: 1 })})`;
  const { jobId } = await queue.submit({ ...newJob(TASKS), circuitId, zkeyDigest });
  const job = must(await queue.job("local", jobId));
  const fresh = (): ModelTask => ({
    state: "queued",
    current: "",
    begun: false,
    failures: 0,
    lost: 0,
    leases: 0,
  });
  return {
    queue,
    circuitId,
    jobId,
    given: [],
    tasks: new Map(job.tasks.map((task) => [task.taskId, fresh()])),
  };
};

const holds = (queue: Queue) =>
  fc.asyncProperty(fc.array(command, { minLength: 3, maxLength: 14 }), async (steps) => {
    const world = await newWorld(queue);
    try {
      for (const step of steps) await perform(world, step);
      const job = must(await queue.job("local", world.jobId));
      for (const task of job.tasks) expect(task.state).toBe(world.tasks.get(task.taskId)?.state);
      const accepted = job.tasks
        .flatMap((task) => task.attempts)
        .filter((one) => one.outcome === "accepted");
      expect(accepted.length).toBe(job.counts.accepted);
    } finally {
      await scenario.queue.cancel("local", world.jobId);
    }
  });

describe("the lease state machine", () => {
  it("does what its model does, in 300 random histories", async () => {
    await fc.assert(holds(scenario.queue), { numRuns: 300 });
  });

  it("is found out when failures are not fenced by attempt", async () => {
    const mutant = mutate(
      scenario.database,
      " and attempt_id = ",
      " and attempt_id is not null and null is distinct from ",
    );
    const queue = await openQueue({ database: mutant.database, log: silentLog, policy });
    const found = await fc.check(holds(queue), { numRuns: 300, endOnFailure: true });
    await queue.close();
    expect(found.failed).toBe(true);
  });
});
