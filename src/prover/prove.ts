import { checkInput } from "../circuit/inputs/index.ts";
import type { CircuitInput, RandomBytes } from "../circuit/inputs/adapter.ts";
import { MalformedInput } from "../circuit/malformed-input.ts";
import type { Witness, WitnessCalculator } from "../circuit/witness.ts";
import type { CircuitFiles } from "../artifacts/protocol.ts";
import type { Circuit } from "../domain/circuit.ts";
import { NodeFailure, type FailureCause, type FailureCode } from "../domain/failure.ts";
import type { Proof, Stage, StageTimings } from "../domain/task.ts";
import { rootHex } from "../wire/proof.ts";
import type { Engine, EngineProof } from "./engine/engine.ts";
import { createProgress, type Durations, type Progress, type Step } from "./progress.ts";
import type { ProveOutcome } from "./protocol.ts";
import { requireFittingZkey, type ZkeyReader } from "./zkey.ts";

export type ProveTools = {
  readonly engine: Engine;
  readonly readZkey: ZkeyReader;
  readonly calculatorOf: (files: CircuitFiles) => WitnessCalculator;
  /** How long each step of this circuit's last proof took, by the zkey's digest; kept up to date. */
  readonly lastDurations: Map<string, Durations>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly random: RandomBytes;
};

export type ProveJob = {
  readonly files: CircuitFiles;
  /** JSON in UTF-8. */
  readonly input: Uint8Array;
  /** The share never falls. */
  readonly onProgress: (stage: Stage, share: number) => void;
};

/**
 * Makes one proof: input, signals, witness, proof, and its check against the circuit's verification key. Only a proof that
 * verifies comes out; everything else that can happen is a failure with its cause.
 */
export const prove = async (job: ProveJob, tools: ProveTools): Promise<ProveOutcome> => {
  const { circuit } = job.files;
  const progress = createProgress({
    steps: stepsOf(circuit, tools),
    now: tools.now,
    tell: job.onProgress,
  });
  try {
    const startedAt = tools.now();
    const made = await makeProof(job, tools, progress);
    const durations = progress.end();
    tools.lastDurations.set(circuit.zkey.sha256, durations);
    const proof: Proof = {
      curve: circuit.curve,
      bytes: made.proof.bytes,
      publicSignals: made.proof.publicSignals,
      merkleRoot: made.merkleRoot,
      durationMs: Math.round(tools.now() - startedAt),
      timings: timingsOf(stepsOf(circuit, tools), durations),
      engine: tools.engine.name,
    };
    return { ok: true, proof, memoryBytes: made.memoryBytes };
  } catch (reason) {
    return failureOf(NodeFailure.from(reason), progress.stage());
  }
};

/** Usual times of the steps around the engine's for a circuit of 16,000 constraints; the first proof measures its own. */
const KEY_MS = 2;
const WITNESS_MS = 60;
const CHECK_MS = 15;

const stepsOf = (circuit: Circuit, { engine, lastDurations }: ProveTools): readonly Step[] => {
  const usual: readonly Step[] = [
    { name: "key", stage: "key", weight: KEY_MS },
    { name: "witness", stage: "witness", weight: WITNESS_MS },
    ...engine.steps(circuit),
    { name: "check", stage: "check", weight: CHECK_MS },
  ];
  const last = lastDurations.get(circuit.zkey.sha256);
  return last === undefined
    ? usual
    : usual.map((step) => ({ ...step, weight: last.get(step.name) ?? 0 }));
};

type Made = {
  readonly proof: EngineProof;
  readonly merkleRoot: string;
  readonly memoryBytes: number;
};

const makeProof = async (job: ProveJob, tools: ProveTools, progress: Progress): Promise<Made> => {
  const { engine } = tools;
  const { circuit, vkeyJson } = job.files;
  progress.begin("key");
  const zkey = await tools.readZkey(job.files);
  const calculator = tools.calculatorOf(job.files);
  requireFittingZkey(zkey.bytes, circuit, calculator.witnessSize);

  progress.begin("witness");
  const input = readInput(job, tools.random);
  const witness = calculator.calculate(input.signals);

  const { curve } = circuit;
  const { wtns } = witness;
  const proof = await engine.prove({ curve, zkey: zkey.bytes, wtns, onStep: progress.begin });

  progress.begin("check");
  if (!(await engine.verify({ ...proof, vkeyJson }))) throw unverified();
  const merkleRoot = requireRoot(input.merkleRoot, proof);
  const memoryBytes = engine.memoryBytes() + witnessBytes(witness) + zkey.ownBytes;
  return { proof, merkleRoot, memoryBytes };
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

const unverified = (): NodeFailure =>
  new NodeFailure(
    "artifact",
    "the proof does not verify with the circuit's verification key: its zkey or wasm is damaged or another circuit's",
  );

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
