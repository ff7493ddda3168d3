/** WatchStats: at once, then at most every second while anything changes, and every 15 s otherwise. */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  WatchStatsRequest,
  WatchStatsResponseSchema,
} from "../../src/gen/proving/v1/network_pb.ts";
import { openLatch } from "./latch.ts";
import { peerKey } from "./services.ts";
import type { Services } from "./services.ts";
import type { NetworkStats } from "./stats.ts";

const LOOK_MS = 1_000;
const SILENCE_MS = 15_000;

/** The age of the oldest task grows by itself: it is not a change. */
const fingerprint = (stats: NetworkStats): string =>
  JSON.stringify({ ...stats, oldestQueuedMs: 0 }, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );

export const watchStats = (services: Services) =>
  async function* (
    _request: WatchStatsRequest,
    context: HandlerContext,
  ): AsyncGenerator<MessageInitShape<typeof WatchStatsResponseSchema>> {
    const { signal } = context;
    const leave = services.guard.watcher(context.values.get(peerKey));
    const ended = openLatch();
    signal.addEventListener("abort", ended.ring, { once: true });
    let told = "";
    let toldAt = 0;
    try {
      while (!signal.aborted) {
        const stats = await services.stats.network();
        const now = performance.now();
        if (fingerprint(stats) !== told || now - toldAt >= SILENCE_MS) {
          yield { stats };
          told = fingerprint(stats);
          toldAt = now;
        }
        await ended.wait(LOOK_MS);
      }
    } finally {
      leave();
      signal.removeEventListener("abort", ended.ring);
    }
  };
