/** What has to happen by itself. Any number of replicas may do it at once. */
import type { Log } from "./log.ts";
import type { Queue } from "./queue/queue.ts";
import { repeat } from "./repeat.ts";
import type { Repetition } from "./repeat.ts";

const REAP_MS = 1_000;
const PROMOTE_MS = 500;
const PURGE_MS = 3_600_000;

export const startTimers = (queue: Queue, log: Log): readonly Repetition[] => [
  repeat({ name: "reap", everyMs: REAP_MS, log, task: queue.reap }),
  repeat({ name: "promote", everyMs: PROMOTE_MS, log, task: queue.promote }),
  repeat({ name: "purge", everyMs: PURGE_MS, log, task: queue.purge }),
];
