/**
 * One proof, by the first engine whose proof verifies. A proof that does not, or a computation that traps, may be an
 * engine's fault or the files': the next engine tells. Where all fail, it was the files.
 */
import type { CircuitFiles } from "../artifacts/protocol.ts";
import { NodeFailure } from "../domain/failure.ts";
import { Team } from "../domain/team.ts";
import type { Engine, EngineJob, EngineProof, Verifier } from "./engine/engine.ts";
import type { DistrustedEngine } from "./protocol.ts";

export type ProofAttempt = EngineJob & {
  readonly files: CircuitFiles;
  readonly witnessSize: number;
  /** Called before each check. */
  readonly onCheck: () => void;
};

export type MadeProof = {
  readonly proof: EngineProof;
  readonly engine: Engine;
  readonly distrusted: readonly DistrustedEngine[];
};

/** @throws NodeFailure "artifact" when no engine's proof verifies, "out_of_memory"; what the last engine throws. */
export const makeVerifiedProof = async (
  attempt: ProofAttempt,
  engines: readonly Engine[],
  verifier: Verifier,
): Promise<MadeProof> => {
  const distrusted: DistrustedEngine[] = [];
  let last: NodeFailure | undefined;
  let job = attempt;
  for (const engine of engines) {
    const outcome = await tryEngine(job, engine, verifier);
    if (!(outcome instanceof NodeFailure)) return { proof: outcome, engine, distrusted };
    last = outcome;
    distrusted.push({ engine: engine.name, kernel: engine.kernel, why: outcome.message });
    // Its helpers worked with the same kernel; nobody helps the next engine.
    if (job.team !== undefined) new Team(job.team).end();
    job = { ...attempt, team: undefined };
  }
  throw last ?? new NodeFailure("internal", "there is no engine");
};

/**
 * Opens the circuit's key.
 *
 * @throws NodeFailure "artifact" and "out_of_memory", which no other engine would help. Anything else is given back: another
 * engine may do better.
 */
export const openEngine = async (
  engine: Engine,
  { files, witnessSize }: Pick<ProofAttempt, "files" | "witnessSize">,
): Promise<NodeFailure | undefined> => {
  try {
    await engine.open({ files, witnessSize });
    return undefined;
  } catch (reason) {
    const failure = NodeFailure.from(reason);
    if (failure.code === "artifact" || failure.code === "out_of_memory") throw failure;
    return failure;
  }
};

const tryEngine = async (
  attempt: ProofAttempt,
  engine: Engine,
  verifier: Verifier,
): Promise<EngineProof | NodeFailure> => {
  const { files, witnessSize, onCheck, ...job } = attempt;
  // The first engine's key is open already: that costs nothing then.
  const failure = await openEngine(engine, { files, witnessSize });
  if (failure !== undefined) return failure;
  try {
    const proof = await engine.prove(job);
    onCheck();
    const { vkeyJson } = files;
    return (await verifier.verify({ ...proof, vkeyJson })) ? proof : unverified();
  } catch (reason) {
    const thrown = NodeFailure.from(reason);
    if (thrown.code === "out_of_memory") throw thrown;
    return thrown;
  }
};

const unverified = (): NodeFailure =>
  new NodeFailure(
    "artifact",
    "the proof does not verify with the circuit's verification key: its zkey or wasm is damaged or another circuit's",
  );
