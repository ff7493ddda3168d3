/**
 * Whose a region of shared memory is. A prover that was ended may go on computing, and writing, for as long as the browser
 * takes to stop its thread (Chromium: up to two seconds, when the thread does not turn to its messages). A Web Lock tells
 * when it is over: the browser frees a worker's locks when its thread has ended, and not before. So whoever holds the lock
 * of a region is the only one who writes to it.
 */
import type { KeySlots } from "../../artifacts/protocol.ts";

/**
 * Waits for a lock and holds it until what it gives is called, or this worker ends. Undefined when it is not to be had within
 * `ms`.
 */
export type HoldLock = (name: string, ms: number) => Promise<(() => void) | undefined>;

export type Region = { readonly index: number; readonly release: () => void };

export type ClaimTools = {
  /** Which of the provers this one is; undefined for one that has no room in shared memory. */
  readonly lane: number | undefined;
  readonly holdLock: HoldLock;
};

/** This prover's region, when whoever had it before is gone. Undefined when there is none for it. */
export const claimRegion = async (
  { name, count }: KeySlots,
  { lane, holdLock }: ClaimTools,
  waitMs: number,
): Promise<Region | undefined> => {
  if (lane === undefined || lane >= count) return undefined;
  const release = await holdLock(`${name} ${lane}`, waitMs);
  return release === undefined ? undefined : { index: lane, release };
};
