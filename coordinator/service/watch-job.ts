/** WatchJob: the present state of each task, then every change until all are final. */
import { setTimeout as sleep } from "node:timers/promises";
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { JobRow } from "../queue/queue.ts";
import type { AttemptId, JobId } from "../../src/domain/ids.ts";
import type { WatchJobRequest, WatchJobResponseSchema } from "../../src/gen/proving/v1/job_pb.ts";
import { requireOwner } from "./caller.ts";
import { jobField } from "./fields.ts";
import { runningAttempt } from "./job-message.ts";
import { openLatch } from "./latch.ts";
import type { Latch } from "./latch.ts";
import { requireJob } from "./require-job.ts";
import type { Services } from "./services.ts";
import { isDone, openTaskEvents } from "./task-events.ts";
import type { TaskEvent } from "./task-events.ts";

type Message = MessageInitShape<typeof WatchJobResponseSchema>;

const SUMMARY_MS = 15_000;
/** Wake-ups are hints: this is how late a change can be told without one. */
const LOOK_MS = 3_000;
/** Between two looks at the database, so that a job of a thousand quick tasks is not read a thousand times a second. */
const PAUSE_MS = 100;

const taskMessage = (task: TaskEvent): Message => ({ event: { case: "task", value: task } });

const summaryMessage = (job: JobRow): Message => ({
  event: {
    case: "summary",
    value: { jobId: job.jobId, counts: job.counts, done: isDone(job) },
  },
});

/** What a watcher has heard since it last looked. */
type Hearing = {
  readonly latch: Latch;
  /** The rows may have changed; without it only what heartbeats told has. */
  stale: boolean;
};

/** The attempts that run now, as of the last look. */
const isRunning = (job: JobRow | undefined, attempts: readonly AttemptId[]): boolean => {
  const running = new Set(job?.tasks.map((task) => runningAttempt(task)?.attemptId));
  return attempts.some((attempt) => running.has(attempt));
};

type Watched = { readonly owner: string; readonly jobId: JobId; job: JobRow | undefined };

/** Rings when the job may have changed, or a heartbeat has told something of one of its attempts. */
const listen = (services: Services, watched: Watched, hearing: Hearing): (() => void) => {
  const lookAgain = (): void => {
    hearing.stale = true;
    hearing.latch.ring();
  };
  const stops = [
    services.queue.onWake((wake) => {
      if (wake.kind === "job" && wake.jobId === watched.jobId) lookAgain();
    }),
    services.dispatch.onNews((news) => {
      if (news.kind === "assigned" && news.jobId === watched.jobId) lookAgain();
      if (news.kind === "progress" && isRunning(watched.job, news.attempts)) hearing.latch.ring();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
};

/** The job as of now: read again only when its rows may have changed. */
const look = async (services: Services, watched: Watched, hearing: Hearing): Promise<JobRow> => {
  if (watched.job !== undefined && !hearing.stale) return watched.job;
  hearing.stale = false;
  watched.job = await requireJob(services, watched.owner, watched.jobId);
  return watched.job;
};

const changes = async function* (
  services: Services,
  watched: Watched,
  { hearing, signal }: { readonly hearing: Hearing; readonly signal: AbortSignal },
): AsyncGenerator<Message> {
  const source = openTaskEvents(services);
  let summaryDue = performance.now() + SUMMARY_MS;
  while (!signal.aborted) {
    const job = await look(services, watched, hearing);
    yield* source.next(job).map(taskMessage);
    if (isDone(job) || performance.now() >= summaryDue) {
      yield summaryMessage(job);
      summaryDue = performance.now() + SUMMARY_MS;
    }
    if (isDone(job)) return;
    await sleep(PAUSE_MS);
    const heard = await hearing.latch.wait(LOOK_MS);
    if (!heard) hearing.stale = true;
  }
};

export const watchJob = (services: Services) =>
  async function* (request: WatchJobRequest, context: HandlerContext): AsyncGenerator<Message> {
    const { owner } = await requireOwner(services, context);
    const jobId = jobField("job_id", request.jobId);
    const hearing: Hearing = { latch: openLatch(), stale: true };
    const watched: Watched = { owner, jobId, job: undefined };
    const stop = listen(services, watched, hearing);
    const { signal } = context;
    signal.addEventListener("abort", hearing.latch.ring, { once: true });
    try {
      yield* changes(services, watched, { hearing, signal });
    } finally {
      signal.removeEventListener("abort", hearing.latch.ring);
      stop();
    }
  };
