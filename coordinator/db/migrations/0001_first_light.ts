/**
 * The first schema. Forward only: a later change expands first and contracts a release later, so that two releases can
 * run side by side.
 *
 * Ids: a sequence gives uniqueness and order, 20 random bits below it keep anybody from counting or guessing. The text
 * forms ("t_…", "j_…") are made in coordinator/queue/ids.ts; rows hold the 8-byte number, so the hot table has no text key.
 */
import { sql } from "kysely";
import type { Kysely, Migration } from "kysely";

const owners = `
  create table owners (
    id text primary key,
    -- Share of the network beside other owners: 2 gets twice as much as 1.
    weight double precision not null default 1 check (weight > 0),
    -- Virtual time, ms of proving: where this owner's next task stands in the common queue (start-time fair queuing).
    vtime bigint not null default 0,
    created_at timestamptz not null default now()
  )`;

const accessKeys = `
  create table access_keys (
    -- SHA-256 of the key. The keys have 256 random bits, so a plain hash is enough.
    hash bytea primary key check (octet_length(hash) = 32),
    kind text not null check (kind in ('owner', 'admin')),
    owner_id text not null references owners (id),
    created_at timestamptz not null default now(),
    revoked_at timestamptz
  )`;

const secrets = `
  create table secrets (
    name text not null,
    -- Rotation adds a generation; readers take the newest ones.
    generation integer not null,
    value bytea not null,
    created_at timestamptz not null default now(),
    primary key (name, generation)
  )`;

const circuits = `
  create table circuits (
    -- Short name of this version inside the queue.
    key integer generated always as identity unique,
    zkey_digest text primary key check (zkey_digest ~ '^[0-9a-f]{64}$'),
    id text not null,
    version integer not null,
    -- The manifest entry.
    entry jsonb not null,
    -- What a lease looks at.
    curve text not null generated always as (entry ->> 'curve') stored,
    memory_bytes bigint not null generated always as ((entry ->> 'memoryBytes')::bigint) stored,
    built_in boolean not null default false,
    created_at timestamptz not null default now(),
    removed_at timestamptz,
    unique (id, version)
  )`;

const jobs = `
  create table jobs (
    id bigint primary key default ((nextval('job_ids') << 20) | floor(random() * 1048576)::bigint),
    owner_id text not null references owners (id),
    circuit_key integer not null references circuits (key),
    priority smallint not null check (priority between -100 and 100),
    task_count integer not null check (task_count > 0),
    deadline_at timestamptz,
    pinned_public_signals text[] not null,
    -- Null = none; nulls are distinct to the constraint.
    idempotency_key text,
    project jsonb not null,
    created_at timestamptz not null default now(),
    unique (owner_id, idempotency_key)
  )`;

/**
 * Open tasks only; a finished one moves to finished_tasks, so this table stays as large as the backlog. No foreign keys:
 * their row locks would make every lease and completion touch jobs and circuits.
 * Free room in pages keeps heartbeats from touching any index; eager vacuum keeps the ready index short.
 */
const tasks = `
  create table tasks (
    id bigint primary key default ((nextval('task_ids') << 20) | floor(random() * 1048576)::bigint),
    job_id bigint not null,
    -- Place in the submission, from 0.
    position integer not null,
    owner_id text not null,
    circuit_key integer not null,
    -- 0 queued, 1 leased, 2 delayed, 3 dead.
    state smallint not null default 0 check (state between 0 and 3),
    priority smallint not null,
    -- Slot in the common queue.
    vtime bigint not null,
    input bytea not null,
    created_at timestamptz not null default now(),
    deadline_at timestamptz,
    -- When a delayed task is due; when a dead one died.
    run_at timestamptz,
    -- Leases given so far: the number of the last attempt.
    leases integer not null default 0,
    -- Attempts that ended badly since the task was submitted or revived, and those of them that vanished.
    failures smallint not null default 0,
    lost smallint not null default 0,
    reason text not null default '',
    reason_code text not null default '',
    -- The lease: all null unless leased.
    attempt_id uuid,
    worker_id text,
    session_id text,
    replica_id text,
    leased_at timestamptz,
    started_at timestamptz,
    lease_until timestamptz,
    hard_until timestamptz,
    hard_limit_ms integer,
    stage text,
    progress real,
    check ((state = 1) = (attempt_id is not null))
  ) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_analyze_scale_factor = 0.02,
    autovacuum_vacuum_cost_delay = 0
  )`;

/** Append only: one row when an attempt ends without its proof accepted. The one that runs is in its task's row, the
 * one that was accepted in finished_tasks: the hottest path writes one row. */
const attempts = `
  create table attempts (
    attempt_id uuid primary key,
    task_id bigint not null,
    number integer not null,
    worker_id text not null,
    outcome text not null,
    reason text not null,
    reason_code text not null,
    -- Where it ended, by its last heartbeat.
    stage text not null,
    progress real not null,
    started_at timestamptz not null,
    ended_at timestamptz not null default now()
  )`;

/** The primary key is the promise that a task is accepted, and credited, once. The input is not kept. */
const finishedTasks = `
  create table finished_tasks (
    task_id bigint primary key,
    job_id bigint not null,
    position integer not null,
    circuit_key integer not null,
    -- 3 dead (too old to be revived), 4 accepted, 5 failed, 6 cancelled, 7 expired.
    state smallint not null check (state between 3 and 7),
    reason text not null,
    reason_code text not null,
    -- The attempt that was accepted or that ran last.
    attempt_id uuid,
    attempt_number integer,
    worker_id text,
    started_at timestamptz,
    proof bytea,
    -- With the attempt, names the report that was accepted: the same one again gets the same receipt.
    digest text,
    receipt_body bytea,
    receipt_signature bytea,
    receipt_public_key bytea,
    public_signals text[],
    duration_ms integer,
    engine text,
    timings jsonb,
    credited boolean not null default false,
    finished_at timestamptz not null,
    check ((state = 4) = (proof is not null))
  )`;

/** Every verdict but "accepted", which is in finished_tasks. */
const verdicts = `
  create table verdicts (
    attempt_id uuid not null,
    digest text not null,
    verdict text not null,
    message text not null,
    created_at timestamptz not null default now(),
    primary key (attempt_id, digest)
  )`;

const workers = `
  create table workers (
    id text primary key,
    -- SHA-256 of the worker token; null = a worker without one.
    token_hash bytea,
    session_id text not null,
    replica_id text not null,
    capabilities jsonb not null,
    max_concurrent_tasks integer not null,
    build_version text not null,
    completed bigint not null default 0,
    failed bigint not null default 0,
    rejected bigint not null default 0,
    credit bigint not null default 0,
    -- Valid proofs in a row since the last invalid one.
    consecutive_valid integer not null default 0,
    node_class smallint not null default 0,
    created_at timestamptz not null default now(),
    last_seen timestamptz not null default now()
  ) with (fillfactor = 70)`;

const proofSamples = `
  create table proof_samples (
    id bigint generated always as identity primary key,
    circuit_id text not null,
    node_class smallint not null,
    duration_ms integer not null,
    accepted_at timestamptz not null
  )`;

/** Running totals in 16 rows per circuit, one of them per replica: two replicas seldom wait for the same row. */
const totals = `
  create table totals (
    circuit_id text not null,
    shard smallint not null,
    accepted bigint not null default 0,
    failed bigint not null default 0,
    primary key (circuit_id, shard)
  )`;

const indexes = [
  // The order of the queue, per circuit version.
  "create index tasks_ready on tasks (circuit_key, vtime, id) where state = 0",
  "create index tasks_delayed on tasks (run_at) where state = 2",
  // On the lease's own columns and not on `state`: every index on state = 1 would look empty to the planner and be
  // taken for any leased row, whatever the statement asks for.
  "create index tasks_attempt on tasks (attempt_id) where attempt_id is not null",
  "create index tasks_worker on tasks (worker_id) where worker_id is not null",
  "create index tasks_deadline on tasks (deadline_at) where deadline_at is not null",
  "create index tasks_owner on tasks (owner_id, job_id)",
  "create index jobs_owner on jobs (owner_id, id)",
  "create index attempts_task on attempts (task_id)",
  "create index finished_tasks_job on finished_tasks (job_id)",
  "create index proof_samples_circuit on proof_samples (circuit_id, id)",
  // For the purge: rows lie in order of time, so a few bytes per block range are enough.
  "create index attempts_time on attempts using brin (ended_at)",
  "create index verdicts_time on verdicts using brin (created_at)",
  "create index proof_samples_time on proof_samples using brin (accepted_at)",
];

const statements = [
  "create sequence job_ids",
  "create sequence task_ids",
  owners,
  accessKeys,
  secrets,
  circuits,
  jobs,
  tasks,
  attempts,
  finishedTasks,
  verdicts,
  workers,
  proofSamples,
  totals,
  ...indexes,
  "insert into owners (id) values ('local')",
];

export const firstLight: Migration = {
  up: async (database: Kysely<unknown>): Promise<void> => {
    for (const statement of statements) await sql.raw(statement).execute(database);
  },
};
