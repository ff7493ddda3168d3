/** The table of commands, and how a command line becomes an exit code. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { cancelCommand } from "./commands/cancel.ts";
import { circuitAddCommand } from "./commands/circuit-add.ts";
import { circuitListCommand } from "./commands/circuit-list.ts";
import { circuitRemoveCommand } from "./commands/circuit-remove.ts";
import { getCommand } from "./commands/get.ts";
import { jobsListCommand } from "./commands/jobs-list.ts";
import { jobsShowCommand } from "./commands/jobs-show.ts";
import { retryCommand } from "./commands/retry.ts";
import { statsCommand } from "./commands/stats.ts";
import { submitCommand } from "./commands/submit.ts";
import { verifyCommand } from "./commands/verify.ts";
import { watchCommand } from "./commands/watch.ts";
import type { Definition, Frame } from "./context.ts";
import { CliFailure, exitCodes, type ExitName } from "./failure.ts";
import { createOutput } from "./output.ts";
import type { GlobalOptions, World } from "./world.ts";

const commands: readonly Definition[] = [
  submitCommand,
  watchCommand,
  getCommand,
  verifyCommand,
  cancelCommand,
  retryCommand,
  statsCommand,
];

const groups: Readonly<Record<string, readonly Definition[]>> = {
  jobs: [jobsListCommand, jobsShowCommand],
  circuit: [circuitAddCommand, circuitListCommand, circuitRemoveCommand],
};

const groupTexts: Readonly<Record<string, string>> = {
  jobs: "look at your jobs",
  circuit: "add, list and remove circuits",
};

const DEFAULT_COORDINATOR = "http://localhost:8080";

/** Runs one command line (without the program's name) and returns its exit code. Never throws. */
export const runCommandLine = async (args: readonly string[], world: World): Promise<number> => {
  let exit: ExitName = "ok";
  const frame: Frame = {
    command: (name) =>
      new Command(name)
        .exitOverride()
        .configureOutput({ writeOut: world.stdout, writeErr: world.stderr }),
    run: async (command, work) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const output = createOutput(world, options.json === true);
      exit = await work({ world, options, output }).catch((thrown: unknown) => {
        throw withAddress(CliFailure.from(thrown), options.coordinator);
      });
    },
  };
  try {
    await createProgram(frame, world).parseAsync([...args], { from: "user" });
    return exitCodes[exit];
  } catch (thrown) {
    return exitOfThrown(thrown, { args, world });
  }
};

/** Nobody who answers says where; the person who asked must know. */
const withAddress = (failure: CliFailure, coordinator: string): CliFailure => {
  if (failure.exit !== "unreachable") return failure;
  const remedy = "see that it runs, or name another with --coordinator";
  const message = `cannot reach the coordinator at ${coordinator} (${failure.message}); ${remedy}`;
  return new CliFailure(
    { exit: "unreachable", message, reason: failure.reason, remedy },
    { cause: failure },
  );
};

const exitOfThrown = (
  thrown: unknown,
  { args, world }: { readonly args: readonly string[]; readonly world: World },
): number => {
  // Commander has said what was wrong; help and version end this way too, with exit code 0.
  if (thrown instanceof CommanderError)
    return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (world.signal.aborted) return exitCodes.interrupted;
  const failure = CliFailure.from(thrown);
  createOutput(world, args.includes("--json")).failure(failure);
  return exitCodes[failure.exit];
};

const createProgram = (frame: Frame, world: World): Command => {
  const fromEnvironment = world.env.PROVE_AT_HOME_COORDINATOR ?? "";
  const program = frame
    .command("prove-at-home")
    .description(
      "Submit inputs to be proven by volunteers' browsers, and get proofs that anybody can verify.",
    )
    .version(version(), "--version")
    .option(
      "--coordinator <url>",
      "address of the coordinator (PROVE_AT_HOME_COORDINATOR)",
      fromEnvironment === "" ? DEFAULT_COORDINATOR : fromEnvironment,
    )
    .option("--key <key>", "owner or admin key (PROVE_AT_HOME_KEY, else DATA_DIR/keys/*.key)")
    .option("--ca <file>", "certificates to trust beside the system's, PEM (PROVE_AT_HOME_CA)")
    .option("--json", "print one JSON object per line instead of text");
  for (const definition of commands) program.addCommand(definition(frame));
  for (const [name, definitions] of Object.entries(groups)) {
    const group = frame.command(name).description(groupTexts[name] ?? "");
    for (const definition of definitions) group.addCommand(definition(frame));
    program.addCommand(group);
  }
  return program;
};

const version = (): string => {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
};
