/**
 * Calls of a worker. A Comlink promise never settles once its worker is gone or could not be loaded, nor while it hangs:
 * here each call ends with the worker's death, and, where it has one, at its deadline.
 */
import type { Clock } from "../../domain/clock.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { clock as browserClock } from "./clock.ts";

export type WorkerLife = {
  /** Resolves when the worker dies or is ended. */
  readonly lost: Promise<NodeFailure>;
  /** What `call` gives. @throws NodeFailure when the worker dies before. */
  readonly race: <T>(call: Promise<T>) => Promise<T>;
  /** The same, for a call that is known to be short. @throws NodeFailure "platform" after `limitMs`. */
  readonly within: <T>(limitMs: number, call: Promise<T>) => Promise<T>;
  readonly end: () => void;
};

/** What is needed of a Worker. */
export type MortalWorker = Pick<Worker, "addEventListener" | "terminate">;

export const lifeOf = (
  worker: MortalWorker,
  what: string,
  clock: Clock = browserClock,
): WorkerLife => {
  let died: NodeFailure | undefined;
  let tellLost: (failure: NodeFailure) => void = () => undefined;
  const lost = new Promise<NodeFailure>((resolve) => {
    tellLost = resolve;
  });
  // Not one reaction per call on `lost`: those stay, with what each call gave, for as long as the worker lives.
  const pending = new Set<(failure: NodeFailure) => void>();
  const die = (message: string): void => {
    if (died !== undefined) return;
    died = new NodeFailure(codeOf(message), `the ${what} worker ended: ${message}`);
    worker.terminate();
    tellLost(died);
    for (const reject of pending) reject(died);
  };
  worker.addEventListener("error", (event) => {
    // A script that cannot be loaded gives an event without a message.
    const { message } = event as Partial<ErrorEvent>;
    die(message ?? "its script could not be loaded");
  });
  worker.addEventListener("messageerror", () => die("a message could not be read"));

  const race = <T>(call: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (died !== undefined) reject(died);
      pending.add(reject);
      call.then(resolve, reject).finally(() => pending.delete(reject));
    });
  const within = async <T>(limitMs: number, call: Promise<T>): Promise<T> => {
    const answered = new AbortController();
    const late = clock.sleep(limitMs, answered.signal).then(() => {
      throw new NodeFailure("platform", `the ${what} worker did not answer within ${limitMs} ms`);
    });
    try {
      return await Promise.race([race(call), late]);
    } finally {
      answered.abort();
      late.catch(() => undefined);
    }
  };
  return { lost, race, within, end: () => die("it was terminated") };
};

/** Engines word it differently; all of them say one of these. */
const codeOf = (message: string): "out_of_memory" | "prover_lost" =>
  /out of memory|allocation failed|could not allocate/i.test(message)
    ? "out_of_memory"
    : "prover_lost";
