/** `submit`: sends inputs as jobs, and with --wait stays until they are proven. */
import type { Command } from "commander";
import { circuitId } from "../../src/domain/ids.ts";
import { MAX_TASKS_PER_JOB } from "../../src/domain/limits.ts";
import { connect, type Connection } from "../connection.ts";
import type { Context, Definition } from "../context.ts";
import { list, seconds, wholeNumber } from "../arguments.ts";
import { usage, type ExitName } from "../failure.ts";
import { getProofs } from "./get.ts";
import { batches, readInput, readInputs, type NumberedInput } from "../inputs.ts";
import { openSubmission, type JobTemplate } from "./submission.ts";
import { watchJob } from "./watch.ts";

export const submitCommand: Definition = ({ command, run }) =>
  command("submit")
    .description("submit inputs to be proven")
    .requiredOption("--circuit <id>", "what to prove; see circuit list")
    .option("--input <file>", "one input, a JSON object; - for standard input")
    .option("--inputs <file>", "many inputs, one JSON object per line; - for standard input")
    .option("--public-inputs-ok", "yes, volunteers may see these inputs, private signals too")
    .option("--batch <tasks>", "at most so many tasks per job", wholeNumber, MAX_TASKS_PER_JOB)
    .option("--priority <number>", "-100 to 100, higher first among your own", wholeNumber, 0)
    .option("--deadline <seconds>", "give up after so long (default: never)", seconds, 0)
    .option(
      "--pin <signals>",
      "public signals that every proof must have: 7,,42 frees the 2nd",
      list,
    )
    .option("--idempotency-key <text>", "submitting again with this key makes no second job", "")
    .option("--project-name <text>", "shown to volunteers", "")
    .option("--project-purpose <text>", "shown to volunteers, one sentence", "")
    .option("--project-url <url>", "shown to volunteers", "")
    .option("--wait", "follow the jobs to their end, as watch does")
    .option("--out <dir>", "with --wait: write the proofs, as get does")
    .action((options: SubmitOptions, self: Command) =>
      run(self, (context) => submit(options, context)),
    );

type SubmitOptions = {
  readonly circuit: string;
  readonly input?: string;
  readonly inputs?: string;
  readonly publicInputsOk?: boolean;
  readonly batch: number;
  readonly priority: number;
  /** Seconds; 0 = none. */
  readonly deadline: number;
  readonly pin?: readonly string[];
  readonly idempotencyKey: string;
  readonly projectName: string;
  readonly projectPurpose: string;
  readonly projectUrl: string;
  readonly wait?: boolean;
  readonly out?: string;
};

/** Exit "ok" when all is submitted (with --wait: when every proof is verified). */
const submit = async (options: SubmitOptions, context: Context): Promise<ExitName> => {
  checkOptions(options);
  const connection = await connect("owner", context.options, context);
  const { idempotencyKey } = options;
  const template = templateOf(options);
  const submission = openSubmission({ template, idempotencyKey }, connection, context);
  try {
    for await (const batch of batches(inputsOf(options, context), options.batch))
      await submission.send(batch);
  } catch (thrown) {
    submission.tellProgress();
    throw thrown;
  }
  const { jobs } = submission;
  if (jobs.length === 0) throw usage("no input: the file is empty; give one JSON object per line");
  const waits = options.wait === true || options.out !== undefined;
  return waits ? waitFor(jobs, { options, connection }, context) : "ok";
};

const templateOf = (options: SubmitOptions): JobTemplate => ({
  circuitId: options.circuit,
  priority: options.priority,
  deadlineMs: BigInt(Math.round(options.deadline * 1000)),
  pinnedPublicSignals: [...(options.pin ?? [])],
  inputsVisibleToVolunteers: true,
  projectName: options.projectName,
  projectPurpose: options.projectPurpose,
  projectUrl: options.projectUrl,
});

const checkOptions = (options: SubmitOptions): void => {
  if (options.publicInputsOk !== true) {
    throw usage(
      "whoever proves a task sees its whole input, private signals too, and anybody may be a volunteer; " +
        "say that this is right with --public-inputs-ok",
    );
  }
  if ((options.input === undefined) === (options.inputs === undefined)) {
    throw usage("give either --input FILE (one JSON object) or --inputs FILE (one per line)");
  }
  if (circuitId(options.circuit) === undefined) {
    throw usage(
      `--circuit: "${options.circuit}" is no circuit id; one is a letter, then up to 63 of a-z, 0-9 and _`,
    );
  }
  if (options.batch < 1 || options.batch > MAX_TASKS_PER_JOB) {
    throw usage(`--batch: ${options.batch}; it must be 1 to ${MAX_TASKS_PER_JOB}`);
  }
};

const inputsOf = async function* (
  options: SubmitOptions,
  { world }: Context,
): AsyncGenerator<NumberedInput> {
  if (options.input !== undefined) yield await readInput(options.input, world);
  if (options.inputs !== undefined) yield* readInputs(options.inputs, world);
};

type Waiting = { readonly options: SubmitOptions; readonly connection: Connection };

/** The first thing that did not go well decides the exit; the others are still waited for. */
const waitFor = async (
  jobs: readonly string[],
  { options, connection }: Waiting,
  context: Context,
): Promise<ExitName> => {
  let exit: ExitName = "ok";
  for (const jobId of jobs) {
    const watched = await watchJob(jobId, connection, context);
    if (exit === "ok") exit = watched;
    if (options.out === undefined) continue;
    const folder = jobs.length === 1 ? options.out : `${options.out}/${jobId}`;
    const got = await getProofs({ id: jobId, folder }, connection, context);
    if (exit === "ok") exit = got;
  }
  return exit;
};
