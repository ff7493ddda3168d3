import type { Stage } from "../../domain/task.ts";

export const laneWords = {
  title: "Provers",
  lane: (number: number): string => `Prover ${number}`,
  practice: "Practice",
  practiceNote: "A demonstration task: a real proof that earns nothing",
  off: "Off",
  starting: "Getting ready",
  idle: "Waiting for a task",
  helping: (lane: number): string => `Helping prover ${lane}`,
  waiting: "Waiting for memory",
  needsMemory: (needed: string, budget: string): string =>
    `Needs ${needed}; other proofs use the rest of ${budget}`,
  replacing: "Being replaced",
  ended: "Ended",
  fetching: (done: string, total: string): string => `Key: ${done} of ${total}`,
} as const;

/** What a prover does, in words that need no book. */
export const stageWords: Readonly<Record<Stage, string>> = {
  waiting: "Next in line",
  key: "Loading the key",
  witness: "Computing the witness",
  ntt: "Transforming",
  msm: "Multiplying points",
  check: "Checking the proof",
  report: "Sending",
};
