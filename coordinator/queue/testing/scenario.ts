/** A queue on a database of its own, with circuits, and the shortest words for what a test does to it. */
import { createHash, randomBytes } from "node:crypto";
import { circuitId, workerId } from "../../../src/domain/ids.ts";
import type { CircuitId, WorkerId } from "../../../src/domain/ids.ts";
import type { Database } from "../../db/open.ts";
import { openTestDatabase } from "../../db/testing/database.ts";
import { silentLog } from "../../db/testing/silent-log.ts";
import { openQueue } from "../open.ts";
import type { QueuePolicy } from "../policy.ts";
import type { AcceptedProof, AttemptRow, Lease, LeaseWant, NewJob, Queue } from "../queue.ts";

export type Scenario = {
  readonly database: Database;
  readonly queue: Queue;
  /** Another coordinator on the same database. */
  readonly replica: (policy?: Partial<QueuePolicy>) => Promise<Queue>;
  /** Lets time pass for all that is in the database: leases, limits, delays, deadlines and records grow older. */
  readonly pass: (ms: number) => Promise<void>;
  /** Removes every job, task and worker; circuits stay. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export const must = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error("a value that the test needs is missing");
  return value;
};

export const circuit = (name: string): CircuitId => must(circuitId(name));
export const worker = (name: string): WorkerId => must(workerId(name));

/** Circuits of every scenario: two on BN254, one of them large, and one on BLS12-381. */
export const circuits = {
  addition: { id: circuit("addition"), curve: "bn128", memoryBytes: 1_000_000 },
  merkle: { id: circuit("merkle_proof"), curve: "bn128", memoryBytes: 500_000_000 },
  bls: { id: circuit("addition_bls"), curve: "bls12381", memoryBytes: 1_000_000 },
} as const;

const zkeyOf = (id: string): string => createHash("sha256").update(id).digest("hex");

export const openScenario = async (policy: Partial<QueuePolicy> = {}): Promise<Scenario> => {
  const database = await openTestDatabase();
  await addCircuits(database);
  const queues: Queue[] = [];
  const replica = async (own: Partial<QueuePolicy> = {}): Promise<Queue> => {
    const opened = await openQueue({ database, log: silentLog, policy: { ...policy, ...own } });
    queues.push(opened);
    return opened;
  };
  const queue = await replica();
  return {
    database,
    queue,
    replica,
    pass: (ms) => pass(database, ms),
    clear: () => clear(database),
    close: async () => {
      for (const each of queues) await each.close();
      await database.close();
    },
  };
};

const addCircuits = async ({ sql }: Database): Promise<void> => {
  for (const { id, curve, memoryBytes } of Object.values(circuits)) {
    await sql`
      insert into circuits (zkey_digest, id, version, entry, built_in)
      values (${zkeyOf(id)}, ${id}, 1, ${sql.json({ curve, memoryBytes })}, true)`;
  }
};

const pass = async ({ sql }: Database, ms: number): Promise<void> => {
  const age = sql`${ms}::double precision * interval '1 ms'`;
  await sql`
    update tasks set lease_until = lease_until - ${age}, hard_until = hard_until - ${age},
      leased_at = leased_at - ${age}, started_at = started_at - ${age}, run_at = run_at - ${age},
      avoided_until = avoided_until - ${age},
      deadline_at = deadline_at - ${age}, created_at = created_at - ${age}`;
  await sql`update verdicts set created_at = created_at - ${age}`;
  await sql`update jobs set created_at = created_at - ${age}`;
  await sql`update finished_tasks set finished_at = finished_at - ${age}`;
  await sql`update attempts set ended_at = ended_at - ${age}`;
  await sql`update workers set last_seen = last_seen - ${age}`;
  await sql`update proof_samples set accepted_at = accepted_at - ${age}`;
};

const clear = async ({ sql }: Database): Promise<void> => {
  await sql`truncate tasks, finished_tasks, attempts, verdicts, workers, proof_samples, totals, jobs`;
  await sql`update owners set vtime = 0`;
};

/** A job of `count` tasks with inputs "0", "1", …. */
export const newJob = (count: number, other: Partial<NewJob> = {}): NewJob => ({
  owner: "local",
  circuitId: circuits.addition.id,
  zkeyDigest: zkeyOf(other.circuitId ?? circuits.addition.id),
  inputs: Array.from({ length: count }, (_, index) => new TextEncoder().encode(String(index))),
  priority: 0,
  deadlineMs: 0,
  pinnedPublicSignals: [],
  idempotencyKey: "",
  project: { name: "Test", purpose: "", url: "", practice: false },
  ...other,
});

/** What an idle worker asks for: one task of any circuit. */
export const want = (name: string, other: Partial<LeaseWant> = {}): LeaseWant => ({
  worker: { workerId: worker(name), sessionId: `s-${name}` },
  slots: 1,
  circuits: "*",
  curves: ["bn128", "bls12381"],
  deniedCircuits: [],
  memoryBudgetBytes: 0,
  nodeClass: 3,
  ...other,
});

/** The one lease that a worker gets. Fails when it gets none. */
export const leaseOne = async (queue: Queue, name: string): Promise<Lease> =>
  must((await queue.lease([want(name)]))[0]);

/** The one lease that a worker gets, begun. */
export const beginOne = async (queue: Queue, name: string): Promise<Lease> => {
  const lease = await leaseOne(queue, name);
  await queue.start(lease.attemptId, lease.worker.workerId);
  return lease;
};

/** What the coordinator knows when a report on this lease comes in. */
export const attemptOf = async (queue: Queue, lease: Lease): Promise<AttemptRow> => {
  const { taskId, attemptId } = lease;
  return must(await queue.findAttempt({ taskId, attemptId, workerId: lease.worker.workerId }));
};

/** A verified proof of an attempt; another `digest` makes it another report. */
export const proofOf = (
  attempt: AttemptRow,
  other: Partial<AcceptedProof> = {},
): AcceptedProof => ({
  attempt,
  digest: zkeyOf(attempt.attemptId),
  proof: randomBytes(256),
  publicSignals: ["42", "7"],
  durationMs: 1_500,
  timings: { keyMs: 1, witnessMs: 2, nttMs: 3, msmMs: 4, checkMs: 5 },
  engine: "snarkjs",
  nodeClass: 3,
  credited: true,
  receipt: (acceptedAtMs) => ({
    body: new TextEncoder().encode(`${attempt.taskId} ${acceptedAtMs}`),
    signature: new Uint8Array(64).fill(1),
    publicKey: new Uint8Array(32).fill(2),
  }),
  ...other,
});

/** Registers a worker, so that it has an account. */
export const enrol = async (queue: Queue, name: string): Promise<void> => {
  await queue.registerWorker({
    workerId: worker(name),
    sessionId: `s-${name}`,
    tokenHash: undefined,
    freshTokenHash: createHash("sha256").update(name).digest(),
    capabilities: {},
    maxConcurrentTasks: 2,
    buildVersion: "test",
  });
};
