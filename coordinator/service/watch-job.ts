/** WatchJob: the present state of each task, then every change until all are final. */
import { setTimeout as sleep } from "node:timers/promises";
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { JobRow } from "../queue/queue.ts";
import type { JobId } from "../../src/domain/ids.ts";
import type { WatchJobRequest, WatchJobResponseSchema } from "../../src/gen/proving/v1/job_pb.ts";
import { requireOwner } from "./caller.ts";
import { jobField } from "./fields.ts";
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

/** Rings when the job may have changed, or a heartbeat has told something of any attempt. */
const listen = (services: Services, jobId: JobId, latch: Latch): (() => void) => {
  const stops = [
    services.queue.onWake((wake) => {
      if (wake.kind === "job" && wake.jobId === jobId) latch.ring();
    }),
    services.dispatch.onProgress(latch.ring),
  ];
  return () => {
    for (const stop of stops) stop();
  };
};

const changes = async function* (
  services: Services,
  watched: { readonly owner: string; readonly jobId: JobId },
  waiting: { readonly latch: Latch; readonly signal: AbortSignal },
): AsyncGenerator<Message> {
  const source = openTaskEvents(services);
  let summaryDue = performance.now() + SUMMARY_MS;
  while (!waiting.signal.aborted) {
    const job = await requireJob(services, watched.owner, watched.jobId);
    yield* source.next(job).map(taskMessage);
    if (isDone(job) || performance.now() >= summaryDue) {
      yield summaryMessage(job);
      summaryDue = performance.now() + SUMMARY_MS;
    }
    if (isDone(job)) return;
    await sleep(PAUSE_MS);
    await waiting.latch.wait(LOOK_MS);
  }
};

export const watchJob = (services: Services) =>
  async function* (request: WatchJobRequest, context: HandlerContext): AsyncGenerator<Message> {
    const { owner } = await requireOwner(services, context);
    const jobId = jobField("job_id", request.jobId);
    const latch = openLatch();
    const stop = listen(services, jobId, latch);
    const { signal } = context;
    signal.addEventListener("abort", latch.ring, { once: true });
    try {
      yield* changes(services, { owner, jobId }, { latch, signal });
    } finally {
      signal.removeEventListener("abort", latch.ring);
      stop();
    }
  };
