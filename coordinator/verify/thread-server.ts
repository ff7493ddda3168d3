/** The thread's side of a pool: answers each job. */
import { parentPort } from "node:worker_threads";
import { CoordinatorFailure } from "../failure.ts";
import type { FromThread, ToThread } from "./thread-protocol.ts";

/** `handle` takes what the pool that names this thread's entry sends, and gets nothing else. */
export const serveJobs = (handle: (job: never) => Promise<unknown>): void => {
  const port = parentPort;
  if (port === null) {
    throw new CoordinatorFailure({
      kind: "internal",
      reason: "NOT_A_THREAD",
      problem: "a thread's entry was loaded outside a thread",
      remedy: "start it through openThreadPool",
    });
  }
  const send = (message: FromThread): void => port.postMessage(message);
  const answer = async ({ id, job }: ToThread): Promise<void> => {
    try {
      send({ type: "result", id, result: await handle(job as never) });
    } catch (reason) {
      send({ type: "failure", id, why: reason instanceof Error ? reason.message : String(reason) });
    }
  };
  port.on("message", (message: ToThread) => void answer(message));
  send({ type: "ready" });
};
