/** The command line's composition root: the real terminal, environment and network. */
import { setTimeout as wait } from "node:timers/promises";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { runCommandLine } from "./program.ts";
import type { World } from "./world.ts";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());

// Whoever waits for a line that never comes would not notice otherwise.
interrupt.signal.addEventListener("abort", () => void process.stdin.destroy(), { once: true });

/** What SIGPIPE gives in a shell: whoever read has seen enough, and nothing went wrong. */
const PIPE_CLOSED = 141;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(PIPE_CLOSED);
  });
}

const world: World = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  stdin: process.stdin,
  isTerminal: process.stderr.isTTY,
  signal: interrupt.signal,
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
  openTransport: ({ baseUrl, interceptors, ca }) =>
    createGrpcTransport({
      baseUrl,
      interceptors: [...interceptors],
      // An idle connection would keep the program alive for minutes after its last answer.
      idleConnectionTimeoutMs: 100,
      nodeOptions: ca === undefined ? {} : { ca },
    }),
};

process.exitCode = await runCommandLine(process.argv.slice(2), world);
