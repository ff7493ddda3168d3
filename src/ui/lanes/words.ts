import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Stage } from "../../domain/task.ts";

export const laneWords = {
  title: msg`Provers`,
  lane: (number: number): MessageDescriptor => msg`Prover ${number}`,
  practice: msg`Practice`,
  practiceNote: msg`A demonstration task: a real proof that earns nothing`,
  off: msg`Off`,
  starting: msg`Getting ready`,
  idle: msg`Waiting for a task`,
  helping: (lane: number): MessageDescriptor => msg`Helping prover ${lane}`,
  waiting: msg`Waiting for memory`,
  needsMemory: (needed: string, budget: string): MessageDescriptor =>
    msg`Needs ${needed}; other proofs use the rest of ${budget}`,
  replacing: msg`Being replaced`,
  ended: msg`Ended`,
  fetching: (done: string, total: string): MessageDescriptor => msg`Key: ${done} of ${total}`,
} as const;

/** What a prover does, in words that need no book. */
export const stageWords: Readonly<Record<Stage, MessageDescriptor>> = {
  waiting: msg`Next in line`,
  key: msg`Loading the key`,
  witness: msg`Computing the witness`,
  ntt: msg`Transforming`,
  msm: msg`Multiplying points`,
  check: msg`Checking the proof`,
  report: msg`Sending`,
};
