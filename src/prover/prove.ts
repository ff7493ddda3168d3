import { checkInput } from "../circuit/inputs/index.ts";
import type { CircuitInput, RandomBytes } from "../circuit/inputs/adapter.ts";
import { MalformedInput } from "../circuit/malformed-input.ts";
import type { Witness, WitnessCalculator } from "../circuit/witness.ts";
import type { CircuitFiles } from "../artifacts/protocol.ts";
import type { Circuit } from "../domain/circuit.ts";
import { NodeFailure, type FailureCause, type FailureCode } from "../domain/failure.ts";
import type { Proof, Stage, StageTimings } from "../domain/task.ts";
import { rootHex } from "../wire/proof.ts";
import type { Engine, EngineProof, Verifier } from "./engine/engine.ts";
import { makeVerifiedProof, openEngine, type MadeProof } from "./make-proof.ts";
import type { Pause } from "../groth16/pause.ts";
import { createProgress, type Durations, type Progress, type Step } from "./progress.ts";
import type { ProveOutcome } from "./protocol.ts";

export type ProveTools = {
  /** What can prove a circuit, best first; one of them always can. */
  readonly enginesFor: (files: CircuitFiles) => Engines;
  readonly verifier: Verifier;
  /** Bytes that this prover's engines hold. */
  readonly memoryBytes: () => number;
  /** Lets the thread turn to its messages, so that it can be ended. */
  readonly pause: Pause;
  readonly calculatorOf: (files: CircuitFiles) => WitnessCalculator;
  /** How long each step of a circuit's last proof took, by engine and zkey; kept up to date. */
  readonly lastDurations: Map<string, Durations>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly random: RandomBytes;
};

export type Engines = readonly [first: Engine, ...others: Engine[]];

export type ProveJob = {
  readonly files: CircuitFiles;
  /** JSON in UTF-8. */
  readonly input: Uint8Array;
  /** The record of a team whose helpers may take part: see domain/team.ts. */
  readonly team?: SharedArrayBuffer | undefined;
  /** The share never falls. */
  readonly onProgress: (stage: Stage, share: number) => void;
};

/**
 * Makes one proof: input, signals, witness, proof, and its check against the circuit's verification key. Only a proof that
 * verifies comes out; everything else that can happen is a failure with its cause.
 */
export const prove = async (job: ProveJob, tools: ProveTools): Promise<ProveOutcome> => {
  const { circuit } = job.files;
  const engines = tools.enginesFor(job.files);
  const steps = stepsOf(circuit, engines[0], tools);
  const progress = createProgress({
    steps,
    now: tools.now,
    tell: job.onProgress,
  });
  try {
    const startedAt = tools.now();
    const made = await makeProof(job, { ...tools, engines }, progress);
    const durations = progress.end();
    const { engine, distrusted } = made;
    // What took two engines, or was done by several provers at once, says nothing of the next proof.
    if (distrusted.length === 0 && job.team === undefined)
      tools.lastDurations.set(nameOf(circuit, engine), durations);
    const proof: Proof = {
      curve: circuit.curve,
      bytes: made.proof.bytes,
      publicSignals: made.proof.publicSignals,
      merkleRoot: made.merkleRoot,
      durationMs: Math.round(tools.now() - startedAt),
      timings: timingsOf(steps, durations),
      engine: engine.name,
    };
    return { ok: true, proof, memoryBytes: made.memoryBytes, distrusted };
  } catch (reason) {
    return failureOf(NodeFailure.from(reason), progress.stage());
  }
};

/** Measured times of the steps around the engine's, in a first proof of 16,000 constraints; it then knows its own. */
const KEY_MS = 2;
const WITNESS_MS = 40;
const CHECK_MS = 13;

const nameOf = (circuit: Circuit, { name }: Engine): string => `${name} ${circuit.zkey.sha256}`;

const stepsOf = (
  circuit: Circuit,
  engine: Engine,
  { lastDurations }: ProveTools,
): readonly Step[] => {
  const usual: readonly Step[] = [
    { name: "key", stage: "key", weight: KEY_MS },
    { name: "witness", stage: "witness", weight: WITNESS_MS },
    ...engine.steps(circuit),
    { name: "check", stage: "check", weight: CHECK_MS },
  ];
  const last = lastDurations.get(nameOf(circuit, engine));
  return last === undefined
    ? usual
    : usual.map((step) => ({ ...step, weight: last.get(step.name) ?? 0 }));
};

type Made = MadeProof & { readonly merkleRoot: string; readonly memoryBytes: number };
type MakeTools = ProveTools & { readonly engines: Engines };

const makeProof = async (job: ProveJob, tools: MakeTools, progress: Progress): Promise<Made> => {
  const { engines, pause, verifier } = tools;
  const { files, team } = job;
  progress.begin("key");
  const calculator = tools.calculatorOf(files);
  const { witnessSize } = calculator;
  // What fails here fails again when its turn comes.
  await openEngine(engines[0], { files, witnessSize });

  progress.begin("witness");
  await pause();
  const input = readInput(job, tools.random);
  const witness = calculator.calculate(input.signals);
  await pause();

  const attempt = {
    ...{ files, witnessSize, team, wtns: witness.wtns },
    onStep: progress.begin,
    onProgress: (share: number, of: "step" | "all") => {
      if (of === "step") progress.within(share);
      else progress.across(share);
      return pause();
    },
    onCheck: () => progress.begin("check"),
  };
  const made = await makeVerifiedProof(attempt, engines, verifier);
  const merkleRoot = requireRoot(input.merkleRoot, made.proof);
  return { ...made, merkleRoot, memoryBytes: tools.memoryBytes() + witnessBytes(witness) };
};

const readInput = ({ files, input }: ProveJob, random: RandomBytes): CircuitInput => {
  const checked = checkInput(files.circuit, input);
  if (!checked.ok) throw new MalformedInput(checked);
  return checked.complete(random);
};

/** The calculator's memory, and the witness that was copied out of it. */
const witnessBytes = ({ memoryBytes, wtns }: Witness): number => memoryBytes + wtns.byteLength;

/** The root that the tree gave must be the one that the circuit shows. */
const requireRoot = (root: bigint | undefined, proof: EngineProof): string => {
  if (root === undefined) return "";
  if (proof.publicSignals.includes(root.toString())) return rootHex(root);
  const message = `the circuit's public signals do not show the tree's root ${root}`;
  throw new NodeFailure("artifact", message);
};

const timingsOf = (steps: readonly Step[], durations: Durations): StageTimings => {
  const sum = (stage: Stage): number =>
    Math.round(
      steps
        .filter((step) => step.stage === stage)
        .reduce((total, step) => total + (durations.get(step.name) ?? 0), 0),
    );
  return {
    keyMs: sum("key"),
    witnessMs: sum("witness"),
    nttMs: sum("ntt"),
    msmMs: sum("msm"),
    checkMs: sum("check"),
  };
};

const causes: ReadonlySet<FailureCode> = new Set<FailureCause>([
  "malformed_input",
  "unsatisfied_constraints",
  "out_of_memory",
  "artifact",
]);
const isCause = (code: FailureCode): code is FailureCause => causes.has(code);

const failureOf = ({ code, message }: NodeFailure, stage: Stage): ProveOutcome => {
  const cause = isCause(code) ? code : "internal";
  const what = cause === "malformed_input" ? "invalid input" : "proof generation failed";
  return { ok: false, cause, message: `${what}: ${message}`, stage };
};
