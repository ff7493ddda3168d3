/**
 * One task stream of one worker. In: messages pushed by the dispatcher. Out: the same in order, with a keepalive after
 * every silence. What is not yet taken when the stream ends is handed back: the worker has never seen it.
 */
import type { CoordinatorFailure } from "../failure.ts";
import type { AttemptId } from "../../src/domain/ids.ts";
import type { Wanted } from "../../src/domain/session.ts";
import type { Lease } from "../queue/queue.ts";

export type FeedMessage =
  | { readonly kind: "assignment"; readonly lease: Lease; readonly ticket: Uint8Array }
  | { readonly kind: "cancel"; readonly attempts: readonly AttemptId[] }
  | { readonly kind: "wanted"; readonly state: WantedState }
  | { readonly kind: "keepalive" };

/** What the operator wants of a worker. */
export type WantedState = Exclude<Wanted, "as-is">;

export type Feed = {
  readonly push: (message: FeedMessage) => void;
  /** No more messages; `why` reaches the worker as an error, without it the stream ends in peace. */
  readonly end: (why?: CoordinatorFailure) => void;
  /** The messages, once. Ends with `end`. */
  readonly messages: () => AsyncGenerator<FeedMessage, void, undefined>;
  /** Assignments that nobody has taken. */
  readonly undelivered: () => readonly Lease[];
};

/** `keepaliveMs` 0 = none: a worker that knows only the seed's fields would take an empty task for work. */
export const openFeed = (keepaliveMs: number): Feed => {
  const waiting: FeedMessage[] = [];
  let ended: { readonly why: CoordinatorFailure | undefined } | undefined;
  let wake: (() => void) | undefined;

  /** Resolves true when something happened, false after a silence. */
  const happening = (): Promise<boolean> =>
    new Promise((resolve) => {
      const silence = keepaliveMs > 0 ? setTimeout(() => settle(false), keepaliveMs) : undefined;
      const settle = (happened: boolean): void => {
        clearTimeout(silence);
        wake = undefined;
        resolve(happened);
      };
      wake = () => settle(true);
    });

  return {
    push: (message) => {
      waiting.push(message);
      wake?.();
    },
    end: (why) => {
      ended ??= { why };
      wake?.();
    },
    undelivered: () => waiting.flatMap((one) => (one.kind === "assignment" ? [one.lease] : [])),
    messages: async function* () {
      for (;;) {
        // An ended stream delivers nothing more: its worker may already be served by another one.
        if (ended !== undefined) {
          if (ended.why !== undefined) throw ended.why;
          return;
        }
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else if (!(await happening())) yield { kind: "keepalive" };
      }
    },
  };
};
