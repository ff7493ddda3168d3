import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../src/gen/proving/v1/error_pb.ts";
import { JobService } from "../src/gen/proving/v1/job_pb.ts";
import { exitCodes } from "./failure.ts";

const LIMIT = 2;
const key = `pah_owner_${"k".repeat(43)}`;

/** Answers as a coordinator does whose owner may have two open tasks, none of which is ever proven. */
let server: Http2Server;
let url = "";
let open = 0;
beforeAll(async () => {
  const value = { reason: "OWNER_QUEUE_FULL", problem: "full", retryAfterMs: 60_000n };
  const details = [{ desc: ErrorInfoSchema, value }];
  const handler = connectNodeAdapter({
    routes: (router) =>
      router.service(JobService, {
        submitJob: ({ inputs }) => {
          if (open + inputs.length > LIMIT)
            throw new ConnectError("full", Code.ResourceExhausted, undefined, details);
          open += inputs.length;
          return { job: { jobId: `j_${open}` } };
        },
      }),
  });
  server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** `submit` in a process; `input` is written to its standard input, which stays open. */
const submitting = (input: string) => {
  open = 0;
  const args = ["submit", "--circuit", "addition", "--inputs", "-", "--public-inputs-ok"];
  const child = spawn(process.execPath, ["bin/prove-at-home.mjs", ...args, "--batch", "1"], {
    cwd: path.resolve(import.meta.dirname, ".."),
    env: { ...process.env, PROVE_AT_HOME_COORDINATOR: url, PROVE_AT_HOME_KEY: key },
  });
  children.push(child);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, "close") as Promise<[code: number | null]>;
  child.stdin.write(input);
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    interrupted: async () => {
      child.kill("SIGINT");
      const [code] = await closed;
      return code;
    },
  };
};

describe("Ctrl-C", () => {
  it("ends a submission that waits for room, with what was submitted", async () => {
    const submission = submitting('{"a":1}\n{"a":2}\n{"a":3}\n{"a":4}\n');
    await expect.poll(submission.stderr, { timeout: 30_000 }).toContain("waiting for room");
    expect(await submission.interrupted()).toBe(exitCodes.interrupted);
    expect(submission.stderr()).toMatch(/\n2 tasks in 2 jobs submitted, up to line 2; [^\n]*\n$/u);
  });

  it("ends one that waits for the next line of an open pipe", async () => {
    const submission = submitting('{"a":1}\n{"a":2}\n');
    // The second line waits for a third one, which would begin the next job.
    await expect.poll(submission.stdout, { timeout: 30_000 }).toContain("j_1");
    expect(await submission.interrupted()).toBe(exitCodes.interrupted);
    expect(submission.stderr()).toBe(
      "1 task in 1 job submitted, up to line 1; the rest begins after it\n",
    );
  });
});
