/** `get ID --out DIR`: writes the proofs of a job or a task to files. */
import path from "node:path";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Command } from "commander";
import { TaskState, type Job, type Task } from "../../src/gen/proving/v1/job_pb.ts";
import { writeBundle } from "../bundle.ts";
import { CALL_TIMEOUT_MS, connect, type Connection } from "../connection.ts";
import type { Context, Definition } from "../context.ts";
import { CliFailure, type ExitName } from "../failure.ts";
import { stateWord } from "../records.ts";

export const getCommand: Definition = ({ command, run }) =>
  command("get")
    .description("write proof.json, public.json, vkey.json and proof.bin of a job or a task")
    .argument("<id>", "of a job or a task")
    .requiredOption("--out <dir>", "folder to write to; a job of many tasks gets one folder each")
    .action((id: string, { out }: { readonly out: string }, self: Command) =>
      run(self, (context) => get({ id, folder: out }, context)),
    );

export type Wanted = {
  /** Of a job or a task. */
  readonly id: string;
  readonly folder: string;
};

/** Exit "ok" when all proofs were written, "noProof" when a task ended without one, "notReady" when one is not done. */
const get = async (wanted: Wanted, context: Context): Promise<ExitName> =>
  getProofs(wanted, await connect("owner", context.options, context), context);

export const getProofs = async (
  wanted: Wanted,
  connection: Connection,
  context: Context,
): Promise<ExitName> => {
  const job = await findJob(wanted.id, connection, context);
  if (job === undefined) return fetchProof(wanted, connection, context);
  const exits: ExitName[] = [];
  for (const task of job.tasks) {
    const folder = job.tasks.length === 1 ? wanted.folder : indexed(wanted.folder, task);
    exits.push(
      task.state === TaskState.ACCEPTED
        ? await fetchProof({ id: task.taskId, folder }, connection, context)
        : tellMissing(task, context),
    );
  }
  return exits.find((exit) => exit === "noProof") ?? exits.find((exit) => exit !== "ok") ?? "ok";
};

/** Tasks of a job in folders that sort in their order. */
const indexed = (folder: string, task: Task): string =>
  path.join(folder, String(task.index).padStart(4, "0"));

/** Undefined when the id is no job's: then it may be a task's. */
const findJob = async (
  jobId: string,
  connection: Connection,
  { world }: Context,
): Promise<Job | undefined> => {
  try {
    const call = { timeoutMs: CALL_TIMEOUT_MS, signal: world.signal };
    return (await connection.jobs.getJob({ jobId }, call)).job;
  } catch (thrown) {
    if (ConnectError.from(thrown).code === Code.NotFound) return undefined;
    throw thrown;
  }
};

const tellMissing = (task: Task, { output }: Context): ExitName => {
  const state = stateWord(task.state);
  const final = ["failed", "dead", "cancelled", "expired"].includes(state);
  const why = task.reason === "" ? "" : `: ${task.reason}`;
  const exit: ExitName = final ? "noProof" : "notReady";
  const message = `task ${task.taskId} has no proof${final ? "" : " yet"}, it is ${state}${why}`;
  output.failure(new CliFailure({ exit, message, reason: task.reasonCode }));
  return exit;
};

const fetchProof = async (
  { id, folder }: Wanted,
  connection: Connection,
  { output, world }: Context,
): Promise<ExitName> => {
  const call = { timeoutMs: CALL_TIMEOUT_MS, signal: world.signal };
  const proof = await connection.jobs.getProof({ taskId: id }, call).catch(withoutProof);
  await writeBundle(folder, proof);
  const forgeable = proof.setup === "development" ? ", made with a development key: forgeable" : "";
  output.result(`${id}  proof of ${proof.circuitId} in ${folder}${forgeable}`, {
    task_id: proof.taskId,
    circuit_id: proof.circuitId,
    curve: proof.curve,
    setup: proof.setup,
    public_signals: proof.publicSignals,
    attempt_id: proof.attemptId,
    worker_id: proof.workerId,
    accepted_at_ms: Number(proof.acceptedAtMs),
    folder,
  });
  return "ok";
};

/** The coordinator's reasons for a proof that may still come. */
const unfinished = ["TASK_QUEUED", "TASK_LEASED", "TASK_DELAYED"];

/** A task that has no proof is not a request that is wrong. */
const withoutProof = (thrown: unknown): never => {
  const failure = CliFailure.from(thrown);
  if (ConnectError.from(thrown).code !== Code.FailedPrecondition) throw failure;
  const { message, reason, field, remedy } = failure;
  const exit = unfinished.includes(reason) ? "notReady" : "noProof";
  throw new CliFailure({ exit, message, reason, field, remedy }, { cause: thrown });
};
