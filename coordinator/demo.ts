/**
 * The practice owner: while a node is connected it keeps some real tasks of the built-in circuits queued, so that pressing
 * Start proves at once. They are marked as practice and earn nothing, and their owner is a background one: anybody
 * else's tasks go first.
 */
import { randomBytes, randomInt } from "node:crypto";
import type { CircuitRegistry } from "./circuits/registry.ts";
import type { Database } from "./db/open.ts";
import type { Log } from "./log.ts";
import type { Queue } from "./queue/queue.ts";
import { repeat } from "./repeat.ts";
import type { Repetition } from "./repeat.ts";
import { circuitId } from "../src/domain/ids.ts";

/** Queued at any time while somebody proves. */
const KEPT_QUEUED = 20;
const LOOK_MS = 1_000;
const OWNER = "practice";
const PRIORITY = -100;

const project = {
  name: "Practice",
  purpose: "Real proofs of made-up inputs, to try out proving. They earn nothing.",
  url: "",
  practice: true,
};

/** Leaves of a practice tree: 31 random bytes each. */
const LEAF_BYTES = 31;
const MOST_LEAVES = 16;
const leaf = (): string => `0x${randomBytes(LEAF_BYTES).toString("hex")}`;
const smallNumber = (below: number): string => String(randomInt(below));

/** Below randomInt's limit of 2^48. */
const NUMBER_LIMIT = 2 ** 40;

const addition = () => ({ a: smallNumber(NUMBER_LIMIT), b: smallNumber(NUMBER_LIMIT) });

const rangeProof = () => {
  const min = randomInt(NUMBER_LIMIT);
  const width = randomInt(1, NUMBER_LIMIT);
  const value = min + randomInt(width + 1);
  return { value: String(value), min: String(min), max: String(min + width) };
};

const merkleProof = () => {
  const leaves = Array.from({ length: randomInt(2, MOST_LEAVES + 1) }, leaf);
  return { leaves, leaf_index: randomInt(leaves.length) };
};

/** One table row per practised circuit; those on BN254, which every node proves on. */
export const practiceInputs: Readonly<Record<string, () => object>> = {
  merkle_proof: merkleProof,
  range_proof: rangeProof,
  addition,
};

export type Practice = {
  readonly queue: Queue;
  readonly registry: CircuitRegistry;
  readonly database: Pick<Database, "sql">;
  /** How many nodes are connected. */
  readonly nodes: () => number;
  readonly log: Log;
};

/** Which circuits the next `missing` tasks are of, in turn from `from` on. */
export const nextCircuits = (missing: number, from: number): readonly string[] => {
  const names = Object.keys(practiceInputs);
  return Array.from({ length: Math.max(0, missing) }, (_, index) => {
    return names[(from + index) % names.length] ?? "";
  });
};

const submitOne = async (practice: Practice, name: string): Promise<void> => {
  const id = circuitId(name);
  const circuit = id === undefined ? undefined : practice.registry.byId(id)?.circuit;
  const make = practiceInputs[name];
  if (circuit === undefined || make === undefined) return;
  await practice.queue.submit({
    owner: OWNER,
    circuitId: circuit.id,
    zkeyDigest: circuit.zkey.sha256,
    inputs: [Buffer.from(JSON.stringify(make()))],
    priority: PRIORITY,
    deadlineMs: 0,
    pinnedPublicSignals: [],
    idempotencyKey: "",
    project,
  });
};

const queuedPractice = async ({ sql }: Practice["database"]): Promise<number> => {
  const [row] = await sql<{ readonly count: bigint }[]>`
    select count(*) from tasks where owner_id = ${OWNER} and state in (0, 2)`;
  return Number(row?.count ?? 0n);
};

/** Keeps practice tasks queued until stopped. */
export const startPractice = async (practice: Practice): Promise<Repetition> => {
  const { sql } = practice.database;
  await sql`
    insert into owners (id, background) values (${OWNER}, true)
    on conflict (id) do update set background = true`;
  let turn = 0;
  return repeat({
    everyMs: LOOK_MS,
    name: "practice",
    log: practice.log,
    task: async () => {
      if (practice.nodes() === 0) return;
      const missing = KEPT_QUEUED - (await queuedPractice(practice.database));
      // One by one and in turn: whoever comes with a task of any circuit finds its front of the queue near, not behind
      // all the practice of the circuits before.
      for (const name of nextCircuits(missing, turn)) {
        await submitOne(practice, name);
        turn += 1;
      }
    },
  });
};
