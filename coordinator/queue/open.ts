/** Joins the verbs into the queue. */
import { randomBytes } from "node:crypto";
import type { Database } from "../db/open.ts";
import type { Log } from "../log.ts";
import { accept } from "./accept.ts";
import { adopt } from "./adopt.ts";
import { cancel, cancelCircuit } from "./cancel.ts";
import type { QueueContext } from "./context.ts";
import { extend } from "./extend.ts";
import { fail } from "./fail.ts";
import { findAttempt } from "./find-attempt.ts";
import { openHardLimits } from "./hard-limits.ts";
import { job } from "./job.ts";
import { jobs } from "./jobs.ts";
import { lease } from "./lease.ts";
import { defaultPolicy } from "./policy.ts";
import type { QueuePolicy } from "./policy.ts";
import { promote } from "./promote.ts";
import { proof } from "./proof.ts";
import { purge } from "./purge.ts";
import type { Queue } from "./queue.ts";
import { reap } from "./reap.ts";
import { registerWorker } from "./register-worker.ts";
import { reject } from "./reject.ts";
import { release, releaseReplica } from "./release.ts";
import { reviveDead } from "./revive-dead.ts";
import { seen } from "./seen.ts";
import { start } from "./start.ts";
import { stats } from "./stats.ts";
import { submit } from "./submit.ts";
import { openWakes } from "./wakes.ts";
import { workers } from "./workers.ts";

export type QueueOptions = {
  readonly database: Database;
  readonly log: Log;
  /** Where it departs from the default. */
  readonly policy?: Partial<QueuePolicy>;
  /** Unix ms; for the time in receipts. */
  readonly now?: () => number;
  readonly monotonicMs?: () => number;
};

const REPLICA_ID_BYTES = 8;

/** Opens one replica's queue; listens for wake-ups when it resolves. */
export const openQueue = async (options: QueueOptions): Promise<Queue> => {
  const { database, log, now = Date.now, monotonicMs = () => performance.now() } = options;
  const policy = { ...defaultPolicy, ...options.policy };
  const wakes = await openWakes({ database, intervalMs: policy.wakeIntervalMs, log });
  const replicaId = randomBytes(REPLICA_ID_BYTES).toString("hex");
  const context: QueueContext = { database, policy, replicaId, now, wake: wakes.wake, log };
  return {
    submit: submit(context),
    job: job(context),
    jobs: jobs(context),
    cancel: cancel(context),
    reviveDead: reviveDead(context),
    proof: proof(context),
    cancelCircuit: cancelCircuit(context),
    registerWorker: registerWorker(context),
    adopt: adopt(context),
    seen: seen(context),
    workers: workers(context),
    lease: lease(context, openHardLimits(context, monotonicMs)),
    extend: extend(context),
    start: start(context),
    release: release(context),
    releaseReplica: releaseReplica(context),
    findAttempt: findAttempt(context),
    accept: accept(context),
    reject: reject(context),
    fail: fail(context),
    reap: reap(context),
    promote: promote(context),
    purge: purge(context),
    stats: stats(context),
    onWake: wakes.onWake,
    wake: wakes.wake,
    close: wakes.close,
  };
};
