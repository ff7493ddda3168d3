/** A unary call that takes too long is answered: the caller knows where it stands, whatever it waits for here. */
import type { HandlerContext } from "@connectrpc/connect";
import { CoordinatorFailure } from "../failure.ts";

type Unary<Request, Response> = (
  request: Request,
  context: HandlerContext,
) => Promise<Response> | Response;

/**
 * Wraps a handler: DEADLINE_EXCEEDED after `limitMs`. Its work goes on, and every call may come again: a worker that names
 * its token itself is renewed by a second registration; one that waits for ours may have to take another worker_id.
 */
export const within =
  <Request, Response>(
    limitMs: number,
    handler: Unary<Request, Response>,
  ): Unary<Request, Response> =>
  async (request, context) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(
          new CoordinatorFailure({
            kind: "deadline",
            reason: "DEADLINE_EXCEEDED",
            problem: `${context.method.name} took more than ${limitMs} ms`,
            remedy: "try again; the same call has the same effect",
            retryAfterMs: 1_000,
          }),
        );
      }, limitMs);
    });
    try {
      return await Promise.race([handler(request, context), late]);
    } finally {
      clearTimeout(timer);
    }
  };
