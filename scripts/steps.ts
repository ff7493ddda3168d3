/** Runs commands one after the other and says of each how it ended and how long it took. */
import { spawn } from "node:child_process";
import path from "node:path";

export const projectRoot = path.resolve(import.meta.dirname, "..");

export type Step = {
  readonly name: string;
  /** A program of node_modules/.bin, or a TypeScript file of this project, and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Shows the output while it runs; otherwise only when it fails. */
  readonly loud?: boolean;
};

export type StepResult = {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
};

const runStep = async (step: Step): Promise<StepResult> => {
  const started = performance.now();
  const { code, output } = await run(step);
  const seconds = (performance.now() - started) / 1000;
  const passed = code === 0;
  if (!passed && step.loud !== true) console.log(output.trimEnd());
  console.log(
    `${passed ? "ok    " : "FAILED"} ${step.name.padEnd(22)} ${seconds.toFixed(1).padStart(6)} s`,
  );
  return { name: step.name, passed, seconds };
};

/** Runs all, also after a failure, so that one run shows everything that is wrong. */
export const runSteps = async (steps: readonly Step[]): Promise<readonly StepResult[]> => {
  const results: StepResult[] = [];
  for (const step of steps) results.push(await runStep(step));
  return results;
};

type Ended = { readonly code: number; readonly output: string };

const run = (step: Step): Promise<Ended> =>
  new Promise((resolve) => {
    const [program, ...args] = step.command;
    const isScript = program.endsWith(".ts");
    const bin = path.join(projectRoot, "node_modules/.bin", isScript ? "tsx" : program);
    const child = spawn(bin, isScript ? [program, ...args] : args, {
      cwd: projectRoot,
      stdio: step.loud === true ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    const output: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => output.push(chunk));
    child.once("error", (error) => {
      resolve({ code: -1, output: error.message });
    });
    child.once("close", (code) => {
      resolve({ code: code ?? -1, output: Buffer.concat(output).toString() });
    });
  });
