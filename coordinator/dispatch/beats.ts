/**
 * Heartbeats on their way to the database. A heartbeat touches memory only; what it says of leases is written in one
 * statement every few seconds, often enough that no lease expires for waiting here.
 */
import type { Log } from "../log.ts";
import type { Beat, Queue } from "../queue/queue.ts";
import type { AttemptId } from "../../src/domain/ids.ts";

export type Beats = {
  /** Replaces what was waiting for the same attempt. */
  readonly add: (beat: Beat) => void;
  readonly drop: (attemptId: AttemptId) => void;
  /** Writes what waits; gives the attempts that are not their workers' any more. */
  readonly flush: () => Promise<readonly Beat[]>;
};

/** Leases extended by one statement: it stays far below a second. */
const BATCH = 2_000;

export const openBeats = (queue: Pick<Queue, "extend">, log: Log): Beats => {
  const waiting = new Map<AttemptId, Beat>();

  const write = async (batch: readonly Beat[]): Promise<readonly Beat[]> => {
    try {
      const lost = new Set(await queue.extend(batch));
      return batch.filter((beat) => lost.has(beat.attemptId));
    } catch (error) {
      log.warn("Leases could not be extended; trying again", { attempts: batch.length, error });
      // A newer heartbeat of the same attempt may have come meanwhile and says more.
      for (const beat of batch) if (!waiting.has(beat.attemptId)) waiting.set(beat.attemptId, beat);
      return [];
    }
  };

  return {
    add: (beat) => void waiting.set(beat.attemptId, beat),
    drop: (attemptId) => void waiting.delete(attemptId),
    flush: async () => {
      const all = [...waiting.values()];
      waiting.clear();
      const lost: Beat[] = [];
      for (let at = 0; at < all.length; at += BATCH) {
        lost.push(...(await write(all.slice(at, at + BATCH))));
      }
      return lost;
    },
  };
};

/** How often to flush: a fifth of the lease at most, so that several tries fit into one lease. */
export const flushIntervalMs = (leaseTtlMs: number): number =>
  Math.min(5_000, Math.floor(leaseTtlMs / 5));
