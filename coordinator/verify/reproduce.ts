/**
 * Computes witnesses in processes of their own. In: a circuit's wasm and an input. Out: whether the input satisfies the
 * circuit, or "inconclusive" when that could not be found out within the time and the memory given. Promises: a process
 * per run, at most `parallel` at once, the others wait in order; none inherits our environment.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { InputJob } from "./check-input.ts";
import { bareEnvironment, loaderArguments } from "./isolation.ts";
import type { Reproduction } from "./verifier.ts";
import type { FromWitnessProcess, ToWitnessProcess } from "./witness-protocol.ts";

export type Reproducer = {
  readonly run: (job: InputJob) => Promise<Reproduction>;
  /** Ends what runs and what waits, as inconclusive. */
  readonly close: () => void;
};

export type ReproducerOptions = {
  /** Processes at once. */
  readonly parallel: number;
  /** Runs that may wait; one more is inconclusive at once. */
  readonly queueLimit: number;
  /** From start to answer, ms. */
  readonly timeoutMs: number;
  /** Resident memory of one process. */
  readonly memoryCapBytes: number;
};

const ENTRY = fileURLToPath(new URL("./witness.process.ts", import.meta.url));

export const openReproducer = (options: ReproducerOptions): Reproducer => {
  const waiting: (() => void)[] = [];
  const closing = new AbortController();
  let running = 0;

  const next = (): void => {
    while (running < options.parallel) {
      const start = waiting.shift();
      if (start === undefined) return;
      running += 1;
      start();
    }
  };
  const finish = (): void => {
    running -= 1;
    next();
  };
  return {
    run: async (job) => {
      if (waiting.length >= options.queueLimit) return busy;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        next();
      });
      return runProcess(job, options, closing.signal).finally(finish);
    },
    close: () => closing.abort(),
  };
};

const busy: Reproduction = {
  outcome: "inconclusive",
  reason: "too many inputs wait to be reproduced",
};

const runProcess = async (
  job: InputJob,
  options: ReproducerOptions,
  closing: AbortSignal,
): Promise<Reproduction> => {
  if (closing.aborted) return { outcome: "inconclusive", reason: "the coordinator is stopping" };
  const child = fork(ENTRY, [], {
    execArgv: [...loaderArguments],
    env: bareEnvironment(process.env),
    // Keeps Uint8Array as it is.
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const message: ToWitnessProcess = { job, capBytes: options.memoryCapBytes };
  try {
    return await answerOf(child, { message, options, closing });
  } finally {
    child.removeAllListeners();
    // Killing may race the child's own end; then the channel breaks, which is of no interest any more.
    child.on("error", () => undefined);
    child.kill("SIGKILL");
  }
};

type Run = {
  readonly message: ToWitnessProcess;
  readonly options: ReproducerOptions;
  readonly closing: AbortSignal;
};

const answerOf = (child: ChildProcess, run: Run): Promise<Reproduction> =>
  new Promise((resolve) => {
    const { message, options, closing } = run;
    const settle = (outcome: Reproduction): void => {
      clearTimeout(timer);
      closing.removeEventListener("abort", stop);
      resolve(outcome);
    };
    const giveUp = (reason: string): void => settle({ outcome: "inconclusive", reason });
    const stop = (): void => giveUp("the coordinator is stopping");
    const timer = setTimeout(
      () => giveUp(`the witness took longer than ${options.timeoutMs} ms`),
      options.timeoutMs,
    );
    closing.addEventListener("abort", stop, { once: true });
    child.on("message", (answer: FromWitnessProcess) => {
      if (answer.type === "ready") child.send(message);
      else settle(answer.outcome);
    });
    child.on("error", (reason) => giveUp(`the witness process failed: ${reason.message}`));
    child.on("exit", (code, signal) => giveUp(endOf(code, signal, options.memoryCapBytes)));
  });

const endOf = (code: number | null, signal: string | null, capBytes: number): string =>
  signal === "SIGKILL"
    ? `the witness process passed its memory cap of ${Math.round(capBytes / 2 ** 20)} MiB`
    : `the witness process ended with ${signal ?? `code ${code ?? "unknown"}`}`;
