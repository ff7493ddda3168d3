import { NodeFailure } from "../../domain/failure.ts";

export type SettleLimits = {
  /** Milliseconds. */
  readonly ms: number;
  /** Aborts when the other side is gone; its reason becomes the rejection. */
  readonly dead: AbortSignal;
  /** What is waited for, for the message. */
  readonly what: string;
};

/** `answer`, or a NodeFailure when the other side dies (its reason) or does not answer in time (code `platform`). */
export const settleWithin = async <T>(answer: Promise<T>, limits: SettleLimits): Promise<T> => {
  const { ms, dead, what } = limits;
  const done = new AbortController();
  const giveUp = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new NodeFailure("platform", `${what} took longer than ${ms / 1000} s`));
    }, ms);
    const onDeath = (): void => {
      reject(NodeFailure.from(dead.reason, "platform"));
    };
    if (dead.aborted) onDeath();
    dead.addEventListener("abort", onDeath, { signal: done.signal });
    done.signal.addEventListener("abort", () => clearTimeout(timer));
  });
  try {
    return await Promise.race([answer, giveUp]);
  } finally {
    done.abort();
  }
};
