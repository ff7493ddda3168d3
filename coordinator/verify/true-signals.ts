/**
 * The public signals of tasks' inputs. In: a circuit's wasm and an input. Out: what its proof has to show. Promises: a
 * bounded queue, a deadline, the same input computed once however often and however impatiently it is asked about.
 */
import { createHash } from "node:crypto";
import type { SignalsJob, TrueSignals } from "./signals-job.ts";
import type { PoolOutcome, ThreadPool } from "./thread-pool.ts";

export type SignalsAnswer =
  | Exclude<TrueSignals, { readonly outcome: "inconclusive" }>
  | {
      readonly outcome: "inconclusive";
      readonly reason: string;
      readonly retryAfterMs: number;
    };

export type TrueSignalsOf = (job: SignalsJob) => Promise<SignalsAnswer>;

/** Answers kept. One has some hundred bytes, at most 80 kB. */
const MAX_ANSWERS = 256;
/** At 10 ms for an ordinary circuit the queue drains within that time. */
const RETRY_FULL_MS = 1_000;
/** What hung or crashed will do so again; a person has to look at the circuit, or turn the check off. */
const RETRY_LOST_MS = 60_000;

export const createTrueSignals = (pool: ThreadPool<SignalsJob, TrueSignals>): TrueSignalsOf => {
  const answers = new Map<string, Promise<SignalsAnswer>>();
  const ask = async (job: SignalsJob, key: string): Promise<SignalsAnswer> => {
    const answer = answerOf(await pool.run(job));
    if (answer.outcome === "inconclusive") answers.delete(key);
    return answer;
  };
  return (job) => {
    const key = keyOf(job);
    const answer = answers.get(key) ?? ask(job, key);
    answers.delete(key);
    answers.set(key, answer);
    const [oldest] = answers.keys();
    if (answers.size > MAX_ANSWERS && oldest !== undefined) answers.delete(oldest);
    return answer;
  };
};

/** The adapter goes by the circuit's id. */
const keyOf = ({ circuit, wasmDigest, input, publicSignals }: SignalsJob): string =>
  createHash("sha256")
    .update(`${circuit.id} ${wasmDigest} ${publicSignals} `)
    .update(input)
    .digest("base64");

const answerOf = (outcome: PoolOutcome<TrueSignals>): SignalsAnswer => {
  if (outcome.kind === "full") {
    const reason = "too many inputs wait for it already";
    return { outcome: "inconclusive", reason, retryAfterMs: RETRY_FULL_MS };
  }
  if (outcome.kind === "lost") {
    return { outcome: "inconclusive", reason: outcome.why, retryAfterMs: RETRY_LOST_MS };
  }
  const { result } = outcome;
  return result.outcome === "inconclusive" ? { ...result, retryAfterMs: RETRY_LOST_MS } : result;
};
