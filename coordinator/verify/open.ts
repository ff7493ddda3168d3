/** Opens the verifier: threads that verify, compute public signals and check inputs, processes that reproduce failures. */
import { availableParallelism } from "node:os";
import type { Circuit } from "../../src/domain/circuit.ts";
import type { SnarkjsProof } from "../../src/wire/proof.ts";
import { CoordinatorFailure } from "../failure.ts";
import type { Log } from "../log.ts";
import { judgeBinding, missedPin } from "./binding.ts";
import { checkForm } from "./claim-form.ts";
import type { InputJob } from "./check-input.ts";
import type { ProofAnswer, ProofJob } from "./proof-job.ts";
import { openReproducer } from "./reproduce.ts";
import { createScrutiny } from "./scrutiny.ts";
import type { SignalsJob, TrueSignals } from "./signals-job.ts";
import type { PoolOutcome, ThreadPool } from "./thread-pool.ts";
import { openThreadPool } from "./thread-pool.ts";
import type { SignalsAnswer } from "./true-signals.ts";
import { createTrueSignals } from "./true-signals.ts";
import type { Claim, InputCheck, ProofCheck, Verifier } from "./verifier.ts";

export type VerifierOptions = {
  /** CircuitRegistry has both. */
  readonly circuits: {
    readonly vkeyJson: (circuit: Circuit) => Promise<string>;
    readonly artifactPath: (sha256: string) => string | undefined;
  };
  readonly log: Log;
  /**
   * "always" (default): each proof's public signals have to be those of its task's input. "pins-only": only where a pin is
   * missed, to tell whether the worker or the job is wrong; otherwise any valid proof of the circuit will do.
   */
  readonly inputBinding?: "always" | "pins-only";
  /** Time for the public signals of one input, ms. */
  readonly signalsDeadlineMs?: number;
  /** Verifying threads; default: the cores, at most 8. */
  readonly threads?: number;
  /** Time for one proof, ms. */
  readonly deadlineMs?: number;
  /** Time for the witness of one reproduction, ms. */
  readonly reproductionTimeoutMs?: number;
  /** Resident memory of one reproduction. */
  readonly reproductionMemoryBytes?: number;
  /** Uniform in [0, 1): chooses the proofs that two verifiers look at. */
  readonly random?: () => number;
};

/** A verdict takes 10-20 ms, one by noble too some 100 ms; five seconds mean that something hangs. */
const PROOF_DEADLINE_MS = 5_000;
/** At 50 verdicts a second, 64 waiting ones keep the last one waiting for little more than a second. */
const PROOF_QUEUE_LIMIT = 64;
/** The queue drains within that time on an idle machine. */
const RETRY_FULL_MS = 1_000;
/** A thread that was replaced is back by then. */
const RETRY_LOST_MS = 2_000;
/** Trying the same proof again changes nothing; until a person has looked, it waits in the node's outbox. */
const RETRY_DISPUTED_MS = 600_000;
/** Parsing one megabyte and compiling two of WASM take well under a second. */
const INPUT_DEADLINE_MS = 10_000;
/** Several jobs of a thousand inputs at once. */
const INPUT_QUEUE_LIMIT = 4_096;
/** As long as a reproduction; ordinary circuits take 5 to 200 ms. */
const SIGNALS_DEADLINE_MS = 60_000;
/** Each may hold a gigabyte while it computes. */
const MAX_SIGNALS_THREADS = 4;
const SIGNALS_QUEUE_LIMIT = 256;
/** design/protocol.md: 60 s and a memory cap. */
const REPRODUCTION_TIMEOUT_MS = 60_000;
const REPRODUCTION_MEMORY_BYTES = 2 * 2 ** 30;
/** Two at once leave a small machine responsive; the rest wait. */
const REPRODUCTIONS = 2;
const REPRODUCTION_QUEUE_LIMIT = 64;
/** More threads than this wait for memory bandwidth and each other. */
const MAX_THREADS = 8;

export const openVerifier = (options: VerifierOptions): Verifier => {
  const { log } = options;
  const proofs = openThreadPool<ProofJob, ProofAnswer>({
    name: "proofs",
    entry: new URL("./proof.worker.ts", import.meta.url),
    threads: options.threads ?? Math.min(availableParallelism(), MAX_THREADS),
    queueLimit: PROOF_QUEUE_LIMIT,
    deadlineMs: options.deadlineMs ?? PROOF_DEADLINE_MS,
    log,
  });
  const inputs = openThreadPool<InputJob, InputCheck>({
    name: "inputs",
    entry: new URL("./input.worker.ts", import.meta.url),
    threads: 1,
    queueLimit: INPUT_QUEUE_LIMIT,
    deadlineMs: INPUT_DEADLINE_MS,
    log,
  });
  const signals = openThreadPool<SignalsJob, TrueSignals>({
    name: "signals",
    entry: new URL("./signals.worker.ts", import.meta.url),
    threads: Math.min(availableParallelism(), MAX_SIGNALS_THREADS),
    queueLimit: SIGNALS_QUEUE_LIMIT,
    deadlineMs: options.signalsDeadlineMs ?? SIGNALS_DEADLINE_MS,
    log,
  });
  const reproducer = openReproducer({
    parallel: REPRODUCTIONS,
    queueLimit: REPRODUCTION_QUEUE_LIMIT,
    timeoutMs: options.reproductionTimeoutMs ?? REPRODUCTION_TIMEOUT_MS,
    memoryCapBytes: options.reproductionMemoryBytes ?? REPRODUCTION_MEMORY_BYTES,
  });
  return {
    verify: claimVerifier(options, proofVerifier(options, proofs), signals),
    checkInput: async (circuit, input) =>
      inputVerdict(await inputs.run(inputJob(options, circuit, input))),
    warm: () => {
      proofs.warm();
      inputs.warm();
      if (options.inputBinding !== "pins-only") signals.warm();
    },
    reproduce: async (circuit, input) => reproducer.run(inputJob(options, circuit, input)),
    close: async () => {
      reproducer.close();
      await Promise.all([proofs.close(), inputs.close(), signals.close()]);
    },
  };
};

type Verify = Verifier["verify"];
type VerifyProof = (claim: Claim, proof: SnarkjsProof) => Promise<ProofCheck>;

/** The proof and its task's input are looked at side by side; a wrong proof does not wait for the input. */
const claimVerifier = (
  options: VerifierOptions,
  verifyProof: VerifyProof,
  signals: ThreadPool<SignalsJob, TrueSignals>,
): Verify => {
  const trueSignals = createTrueSignals(signals);
  const truthOf = async ({ circuit, input }: Claim): Promise<SignalsAnswer> => {
    const publicSignals = circuit.publicSignals.length;
    const answer = await trueSignals({ ...inputJob(options, circuit, input), publicSignals });
    if (answer.outcome === "inconclusive") {
      const { reason } = answer;
      options.log.warn("public signals of an input unknown", { circuit: circuit.id, reason });
    }
    return answer;
  };
  const looksAtInput = (claim: Claim): boolean =>
    claim.input.length > 0 &&
    (options.inputBinding !== "pins-only" || missedPin(claim) !== undefined);

  return async (claim) => {
    const form = checkForm(claim);
    if (!form.sound) return { valid: false, ...form.fault };
    if (!looksAtInput(claim)) return verifyProof(claim, form.proof);
    const truth = truthOf(claim);
    // Nobody may come to wait for it.
    truth.catch(() => undefined);
    const check = await verifyProof(claim, form.proof);
    return check.valid === true ? judgeBinding(claim, await truth) : check;
  };
};

const proofVerifier = (
  { circuits, log, random = Math.random }: VerifierOptions,
  proofs: ThreadPool<ProofJob, ProofAnswer>,
): VerifyProof => {
  const scrutiny = createScrutiny(random);

  const judge = ({ circuit }: Claim, job: ProofJob, answer: ProofAnswer): ProofCheck => {
    switch (answer.verdict) {
      case "valid":
        if (job.secondOpinion) scrutiny.agreed(circuit);
        return { valid: true };
      case "invalid":
        return { valid: false, ...answer.fault };
      case "disputed":
        scrutiny.quarantine(circuit);
        log.error("verifiers disagree on a proof", {
          circuit: circuit.id,
          vkey: circuit.vkey.sha256,
          snarkjs: answer.snarkjs,
          noble: answer.noble,
        });
        return {
          valid: "unknown",
          why: "Two independent verifiers disagree on this proof, so nobody can say whether it is valid.",
          retryAfterMs: RETRY_DISPUTED_MS,
          quarantined: true,
        };
    }
  };

  return async (claim, proof) => {
    const { circuit, publicSignals } = claim;
    const job: ProofJob = {
      curve: circuit.curve,
      vkeyDigest: circuit.vkey.sha256,
      vkeyJson: await circuits.vkeyJson(circuit),
      proof,
      publicSignals,
      secondOpinion: scrutiny.needsSecondOpinion(circuit),
    };
    const outcome = await proofs.run(job);
    if (outcome.kind === "done") return judge(claim, job, outcome.result);
    return unknown(outcome);
  };
};

const unknown = (outcome: Exclude<PoolOutcome<never>, { kind: "done" }>): ProofCheck =>
  outcome.kind === "full"
    ? {
        valid: "unknown",
        why: `${PROOF_QUEUE_LIMIT} proofs wait to be verified already.`,
        retryAfterMs: RETRY_FULL_MS,
      }
    : {
        valid: "unknown",
        why: `The verifier could not decide: ${outcome.why}.`,
        retryAfterMs: RETRY_LOST_MS,
      };

const inputJob = ({ circuits }: VerifierOptions, circuit: Circuit, input: Uint8Array): InputJob => {
  const wasmPath = circuits.artifactPath(circuit.wasm.sha256);
  if (wasmPath === undefined) {
    throw new CoordinatorFailure({
      kind: "unavailable",
      reason: "ARTIFACT_MISSING",
      problem: `the wasm of circuit ${circuit.id} is not on this coordinator`,
      remedy: "add the circuit again with --replace",
    });
  }
  const { id, curve, wasm } = circuit;
  return { circuit: { id, curve }, wasmDigest: wasm.sha256, wasmPath, input };
};

/** Errors: exhausted when too many inputs wait, unavailable when this one took too long or could not be checked. */
const inputVerdict = (outcome: PoolOutcome<InputCheck>): InputCheck => {
  if (outcome.kind === "done") return outcome.result;
  const full = outcome.kind === "full";
  throw new CoordinatorFailure({
    kind: full ? "exhausted" : "unavailable",
    reason: full ? "INPUT_CHECKS_FULL" : "INPUT_CHECK_FAILED",
    problem: full
      ? `${INPUT_QUEUE_LIMIT} inputs wait to be checked already`
      : `the input could not be checked: ${outcome.why}`,
    remedy: "try again",
    retryAfterMs: full ? RETRY_FULL_MS : RETRY_LOST_MS,
  });
};
