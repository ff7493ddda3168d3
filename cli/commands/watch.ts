/** `watch ID`: prints each change of a job's tasks until all are final. */
import type { Command } from "commander";
import type { WatchJobResponse } from "../../src/gen/proving/v1/job_pb.ts";
import { TaskState, type JobSummary, type TaskEvent } from "../../src/gen/proving/v1/job_pb.ts";
import type { Context, Definition } from "../context.ts";
import { connect, type Connection } from "../connection.ts";
import { CliFailure, isTransient, type ExitName } from "../failure.ts";
import { countsText } from "../job-text.ts";
import { countsRecord, stateWord, taskEventRecord } from "../records.ts";

/** A coordinator that restarts is back within seconds; after this many tries in a row it is not restarting. */
const MAX_RETRIES = 10;
const RETRY_DELAY_MS = 1_000;

export const watchCommand: Definition = ({ command, run }) =>
  command("watch")
    .description("follow a job until all its tasks are final")
    .argument("<job-id>")
    .action((jobId: string, _options: object, self: Command) =>
      run(self, (context) => watch(jobId, context)),
    );

/** Exit "ok" when every task has its proof, else "no". */
const watch = async (jobId: string, context: Context): Promise<ExitName> =>
  watchJob(jobId, await connect("owner", context.options, context), context);

/** Follows a job on an open connection, over interruptions. */
export const watchJob = async (
  jobId: string,
  connection: Connection,
  context: Context,
): Promise<ExitName> => {
  const teller = createTeller(context);
  for await (const message of messages(jobId, connection, context)) {
    const summary = teller(message);
    if (summary?.done === true) return exitOf(summary);
  }
  // Not reached: the messages go on until one says that all is done, or an error ends them.
  return "no";
};

/**
 * What the coordinator says of a job. A stream that breaks off is opened again, and begins with the present state; one
 * that never said anything is an error at once.
 */
const messages = async function* (
  jobId: string,
  connection: Connection,
  context: Context,
): AsyncGenerator<WatchJobResponse> {
  let heard = false;
  for (let failures = 0; ;) {
    try {
      for await (const message of watchStream(jobId, connection, context)) {
        heard = true;
        failures = 0;
        yield message;
      }
      throw new CliFailure({ exit: "unreachable", message: "the coordinator ended the stream" });
    } catch (thrown) {
      failures += 1;
      if (!heard || !isTransient(thrown) || failures > MAX_RETRIES) throw thrown;
      context.output.note(`${CliFailure.from(thrown).message}; trying again`);
      await context.world.sleep(RETRY_DELAY_MS, context.world.signal);
    }
  }
};

/** Leaving a `for await` does not end a call: its signal does. */
const watchStream = async function* (
  jobId: string,
  connection: Connection,
  context: Context,
): AsyncGenerator<WatchJobResponse> {
  const call = new AbortController();
  const signal = AbortSignal.any([call.signal, context.world.signal]);
  try {
    yield* connection.jobs.watchJob({ jobId }, { signal });
  } finally {
    call.abort();
  }
};

const exitOf = (summary: JobSummary): ExitName => {
  const { accepted, ...rest } = countsRecord(summary.counts);
  return accepted !== 0 && Object.values(rest).every((count) => count === 0) ? "ok" : "no";
};

type Teller = (message: WatchJobResponse) => JobSummary | undefined;

/** Prints what is new: a task's line only when it says something else than before. Returns a summary when it was one. */
const createTeller = (context: Context): Teller => {
  const told = new Map<string, string>();
  let lastSummary = "";
  return ({ event }) => {
    if (event.case === "summary") {
      const text = summaryText(event.value);
      if (text !== lastSummary) context.output.result(text, summaryRecord(event.value));
      lastSummary = text;
      return event.value;
    }
    if (event.case !== "task") return undefined;
    const text = eventText(event.value);
    // The percentage moves all the time; a program may want that, a person reads the stages.
    const isNew = context.output.json || told.get(event.value.taskId) !== stageOf(event.value);
    told.set(event.value.taskId, stageOf(event.value));
    if (isNew) context.output.result(text, taskEventRecord(event.value));
    return undefined;
  };
};

const stageOf = (event: TaskEvent): string =>
  [event.state, event.attemptNumber, event.workerId, event.stage].join(" ");

const eventText = (event: TaskEvent): string =>
  `${String(event.index).padStart(4)}  ${event.taskId}  ${happened(event)}`;

const happened = (event: TaskEvent): string => {
  const why = event.reason === "" ? "" : `: ${event.reason}`;
  switch (event.state) {
    case TaskState.LEASED:
      return leasedText(event);
    case TaskState.ACCEPTED:
      return "verified";
    case TaskState.DELAYED:
      return `waits for another attempt${why}`;
    case TaskState.QUEUED:
    case TaskState.FAILED:
    case TaskState.DEAD:
    case TaskState.CANCELLED:
    case TaskState.EXPIRED:
    case TaskState.UNSPECIFIED:
      return `${stateWord(event.state)}${why}`;
  }
};

const leasedText = (event: TaskEvent): string => {
  if (event.stage === "" || event.stage === "waiting") {
    return `leased to ${event.workerId}, attempt ${event.attemptNumber}`;
  }
  return `${event.stage} ${Math.round(event.progress * 100)} % (${event.workerId})`;
};

const summaryText = ({ done, counts }: JobSummary): string =>
  `${done ? "done: " : ""}${countsText(counts)}`;

const summaryRecord = (summary: JobSummary) => ({
  event: "summary",
  job_id: summary.jobId,
  counts: countsRecord(summary.counts),
  done: summary.done,
});
