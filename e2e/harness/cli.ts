/** The command line as an owner runs it: a real process, judged by its exit code and output. */
import { spawn } from "node:child_process";
import type { Coordinator } from "./coordinator.ts";
import { projectRoot } from "./coordinator.ts";

export type CliResult = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of the output as JSON; throws when it is none. */
  readonly json: () => Readonly<Record<string, unknown>>;
};

/** Runs `prove-at-home ARGS` against a coordinator; `input` goes to its standard input. */
export const runCli = (
  coordinator: Pick<Coordinator, "url" | "dataDir">,
  args: readonly string[],
  input?: string,
): Promise<CliResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["bin/prove-at-home.mjs", ...args], {
      cwd: projectRoot,
      env: {
        ...process.env,
        PROVE_AT_HOME_COORDINATOR: coordinator.url,
        DATA_DIR: coordinator.dataDir,
      },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code: code ?? -1, stdout, stderr, json: () => lastJson(stdout) });
    });
    child.stdin.end(input);
  });

const lastJson = (text: string): Readonly<Record<string, unknown>> => {
  const line = text.trimEnd().split("\n").at(-1) ?? "";
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
};
