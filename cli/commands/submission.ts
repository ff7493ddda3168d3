/**
 * One submission: batches become jobs, one after the other. At a limit that says when to try again it waits, as long as it
 * takes; however it ends, it can say how far it came.
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { SubmitJobRequestSchema, SubmitJobResponse } from "../../src/gen/proving/v1/job_pb.ts";
import { CALL_TIMEOUT_MS, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { CliFailure } from "../failure.ts";
import type { NumberedInput } from "../inputs.ts";
import type { JsonRecord } from "../output.ts";
import { countText, durationText } from "../text.ts";

/** What all jobs of a submission have in common. */
export type JobTemplate = Omit<
  MessageInitShape<typeof SubmitJobRequestSchema>,
  "inputs" | "idempotencyKey" | "$typeName"
> & { readonly circuitId: string };

export type Submission = {
  /** Sends the next job. @throws CliFailure that names the line to blame. */
  readonly send: (batch: readonly NumberedInput[]) => Promise<void>;
  /** The ids of the jobs sent, in order. */
  readonly jobs: readonly string[];
  /** Says how far it came, on an end before its time; nothing when there is nothing to know. */
  readonly tellProgress: () => void;
};

type Options = {
  readonly template: JobTemplate;
  /** Of the first job; "" = none. */
  readonly idempotencyKey: string;
};

export const openSubmission = (
  { template, idempotencyKey }: Options,
  connection: Connection,
  context: Context,
): Submission => {
  const { output, world } = context;
  const jobs: string[] = [];
  let sent: Sent = { tasks: 0, lastLine: 0, unsure: undefined };

  const submit = async (batch: readonly NumberedInput[]): Promise<SubmitJobResponse> => {
    const key = batchKey(idempotencyKey, jobs.length + 1);
    const inputs = batch.map((input) => input.json);
    const call = { timeoutMs: CALL_TIMEOUT_MS, signal: world.signal };
    sent = { ...sent, unsure: batch };
    try {
      return await connection.jobs.submitJob({ ...template, inputs, idempotencyKey: key }, call);
    } catch (thrown) {
      const failure = CliFailure.from(thrown);
      if (isAnswer(failure)) sent = { ...sent, unsure: undefined };
      throw atLine(failure, batch);
    }
  };

  return {
    jobs,
    send: async (batch) => {
      const { job, existed } = await whenThereIsRoom(() => submit(batch), context, sent.tasks);
      const jobId = job?.jobId ?? "";
      jobs.push(jobId);
      sent = afterBatch(sent, batch);
      output.result(
        `${jobId}  ${countText(batch.length, "task")} on ${template.circuitId}${existed ? " (submitted before)" : ""}`,
        {
          job_id: jobId,
          circuit_id: template.circuitId,
          tasks: batch.length,
          existed,
          ...linesOf(batch),
        },
      );
    },
    tellProgress: () => {
      const nothingToKnow = jobs.length === 0 && sent.unsure === undefined;
      if (nothingToKnow && !world.signal.aborted) return;
      output.notice(progressText(sent, jobs.length, idempotencyKey !== ""), {
        submitted: progressRecord(sent, jobs.length),
      });
    },
  };
};

type Sent = {
  readonly tasks: number;
  readonly lastLine: number;
  /** The batch of a call that was not answered: it may have arrived. */
  readonly unsure: readonly NumberedInput[] | undefined;
};

const afterBatch = (sent: Sent, batch: readonly NumberedInput[]): Sent => ({
  tasks: sent.tasks + batch.length,
  lastLine: batch.at(-1)?.line ?? sent.lastLine,
  unsure: undefined,
});

/** Whether the coordinator has decided: it refused, and made no job. */
const isAnswer = ({ exit }: CliFailure): boolean =>
  exit !== "interrupted" && exit !== "unreachable" && exit !== "internal";

/** Tries again each time after as long as the coordinator says; one that says nothing of later is not tried again. */
const whenThereIsRoom = async <Result>(
  call: () => Promise<Result>,
  { output, world }: Context,
  sentTasks: number,
): Promise<Result> => {
  for (let said = false; ; said = true) {
    try {
      return await call();
    } catch (thrown) {
      const failure = CliFailure.from(thrown);
      if (failure.exit !== "busy" || failure.retryAfterMs === 0) throw failure;
      if (!said) output.notice(waitingText(failure, sentTasks), waitingRecord(failure, sentTasks));
      await world.sleep(failure.retryAfterMs, world.signal);
      world.signal.throwIfAborted();
    }
  }
};

const waitingText = ({ reason, problem, retryAfterMs }: CliFailure, sentTasks: number): string =>
  `waiting for room, asking again every ${durationText(retryAfterMs)}; ` +
  `${countText(sentTasks, "task")} submitted so far: ${problem} [${reason}]`;

const waitingRecord = (failure: CliFailure, sentTasks: number): JsonRecord => {
  const { reason, problem, retryAfterMs } = failure;
  return { waiting: { reason, problem, retry_after_ms: retryAfterMs, submitted_tasks: sentTasks } };
};

const progressText = ({ tasks, lastLine, unsure }: Sent, jobs: number, keyed: boolean): string => {
  const done =
    jobs === 0
      ? "nothing was submitted"
      : `${countText(tasks, "task")} in ${countText(jobs, "job")} submitted, up to line ${lastLine}`;
  const perhaps =
    unsure === undefined
      ? ""
      : `; no answer came for lines ${unsure[0]?.line ?? 0} to ${unsure.at(-1)?.line ?? 0}` +
        (keyed ? "" : ", see jobs list whether they were");
  if (keyed) return `${done}${perhaps}; the same command goes on from there`;
  return jobs === 0 ? `${done}${perhaps}` : `${done}${perhaps}; the rest begins after it`;
};

const progressRecord = ({ tasks, lastLine, unsure }: Sent, jobs: number): JsonRecord => ({
  jobs,
  tasks,
  last_line: lastLine,
  unanswered: unsure === undefined ? null : linesOf(unsure),
});

const linesOf = (batch: readonly NumberedInput[]) => ({
  first_line: batch[0]?.line ?? 0,
  last_line: batch.at(-1)?.line ?? 0,
});

/** Each job has a key of its own; the first one's is the given one, so that one batch and many agree on it. */
const batchKey = (key: string, number: number): string =>
  key === "" || number === 1 ? key : `${key}#${number}`;

/** The coordinator counts inputs within a job; the owner counts lines of a file. */
const atLine = (failure: CliFailure, batch: readonly NumberedInput[]): CliFailure => {
  const index = /^inputs\[(\d+)\]/.exec(failure.field)?.[1];
  const line = index === undefined ? undefined : batch[Number(index)]?.line;
  if (line === undefined) return failure;
  const message = `line ${line}: ${failure.message}`;
  const { exit, reason, field, remedy, problem, retryAfterMs } = failure;
  const detail = { exit, message, reason, field, remedy, problem, retryAfterMs };
  return new CliFailure(detail, { cause: failure });
};
