import { afterEach, describe, expect, it } from "vitest";
import { silentLog } from "../db/testing/silent-log.ts";
import { startThread } from "./isolation.ts";
import type { StubbornJob } from "./testing/stubborn.worker.ts";
import type { ThreadPool } from "./thread-pool.ts";
import { openThreadPool } from "./thread-pool.ts";

const entry = new URL("./testing/stubborn.worker.ts", import.meta.url);
const DEADLINE_MS = 1_500;

const open = (options: { threads?: number; queueLimit?: number } = {}) =>
  openThreadPool<StubbornJob, string>({
    name: "test",
    entry,
    threads: 1,
    queueLimit: 64,
    deadlineMs: DEADLINE_MS,
    log: silentLog,
    ...options,
  });

describe("a thread pool", () => {
  let pool: ThreadPool<StubbornJob, string>;
  afterEach(() => pool.close());

  const echo = (text: string) => pool.run({ act: "echo", text });

  it("answers each job with its own result", async () => {
    pool = open({ threads: 2 });
    const texts = Array.from({ length: 50 }, (_, index) => `job ${index}`);
    const outcomes = await Promise.all(texts.map(echo));
    expect(outcomes).toEqual(texts.map((result) => ({ kind: "done", result })));
  });

  it.each(["hang", "die", "eat"] as const)(
    "loses only the job whose thread does this: %s",
    async (act) => {
      pool = open();
      const [lost, next] = await Promise.all([pool.run({ act }), echo("after")]);
      expect(lost).toMatchObject({ kind: "lost" });
      expect(next).toEqual({ kind: "done", result: "after" });
    },
  );

  it("answers a job whose handler throws and keeps the thread", async () => {
    pool = open();
    expect(await pool.run({ act: "throw" })).toEqual({ kind: "lost", why: "as asked" });
    expect(await echo("after")).toEqual({ kind: "done", result: "after" });
  });

  it("refuses what its queue does not hold", async () => {
    pool = open({ queueLimit: 3 });
    const outcomes = await Promise.all(["a", "b", "c", "d", "e"].map(echo));
    expect(outcomes.map(({ kind }) => kind)).toEqual(["done", "done", "done", "full", "full"]);
  });

  it("answers what is left when it is closed", async () => {
    pool = open();
    const running = pool.run({ act: "hang" });
    const waiting = echo("never");
    await pool.close();
    expect([await running, await waiting, await echo("later")]).toMatchObject([
      { kind: "lost" },
      { kind: "lost" },
      { kind: "lost" },
    ]);
  });

  it("gives threads none of our environment", async () => {
    pool = open();
    process.env.SECRET_OF_TEST = "planted";
    const thread = startThread(new URL("./testing/environment.worker.ts", import.meta.url));
    const environment = await new Promise((resolve) => thread.once("message", resolve));
    await thread.terminate();
    delete process.env.SECRET_OF_TEST;
    expect(environment).toHaveProperty("PATH");
    expect(environment).not.toHaveProperty("SECRET_OF_TEST");
  });
});

describe("negative control", () => {
  it("without replacement, the job behind a hanging one is never answered", async () => {
    const thread = startThread(entry);
    const answers: unknown[] = [];
    await new Promise((ready) => thread.once("message", ready));
    thread.on("message", (answer) => answers.push(answer));
    thread.postMessage({ id: 1, job: { act: "hang" } satisfies StubbornJob });
    thread.postMessage({ id: 2, job: { act: "echo", text: "after" } satisfies StubbornJob });
    await new Promise((resolve) => setTimeout(resolve, 2 * DEADLINE_MS));
    await thread.terminate();
    expect(answers).toEqual([]);
  });
});
