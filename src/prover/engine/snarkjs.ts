import {
  curves as snarkjsCurves,
  groth16,
  type Curve as SnarkjsCurve,
  type Logger,
  type VerificationKey,
} from "snarkjs";
import type { CircuitFiles } from "../../artifacts/protocol.ts";
import { curves, type Circuit, type Curve } from "../../domain/circuit.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { decodeProof, encodeProof, encodePublicSignals } from "../../wire/proof.ts";
import { readZkey } from "../../groth16/zkey.ts";
import { requireFittingKey } from "../fit.ts";
import type { Engine, EngineProof, ProofClaim, Verifier } from "./engine.ts";
import { recordMemories } from "./recorded-memories.ts";
import { createStepReader, snarkjsSteps } from "./snarkjs-steps.ts";

export type Snarkjs = Verifier & {
  readonly name: string;
  /**
   * @throws NodeFailure "artifact" when the zkey gives no proof, "out_of_memory", "internal".
   */
  readonly prove: (job: SnarkjsJob) => Promise<EngineProof>;
  /** A fixed piece of curve work, the same on every device: what it takes says how fast this one is. */
  readonly selfTest: () => void;
  /** Bytes of WebAssembly memory that it holds now; they only grow until a prover ends. */
  readonly memoryBytes: () => number;
};

export type SnarkjsJob = {
  readonly curve: Curve;
  /** A whole .zkey file. */
  readonly zkey: Uint8Array;
  /** A whole .wtns file. */
  readonly wtns: Uint8Array;
  /** Called when a step begins, from between computations. */
  readonly onStep: (name: string) => void;
};

/** The globals in which ffjavascript keeps a curve; importing it sets both to null. */
const cacheOf = { bn128: "curve_bn128", bls12381: "curve_bls12381" } as const;

/**
 * Groth16 by snarkjs, in one thread: a prover is a thread already, and snarkjs's own are blob workers, which our content
 * security policy forbids (it would wait for them for ever).
 *
 * Asked for one thread, snarkjs builds the curve anew for every proof (120 to 350 ms). So we build it once, put it where
 * snarkjs looks for a curve that it has built before, and ask without the option. Randomness comes from ffjavascript's
 * ChaCha generator, seeded by crypto.getRandomValues.
 */
export const openSnarkjs = async (): Promise<Snarkjs> => {
  const memories = new Map<Curve, readonly WebAssembly.Memory[]>();

  const openCurve = async (curve: Curve): Promise<SnarkjsCurve> => {
    const built = await recordMemories(() =>
      snarkjsCurves.getCurveFromName(curve, { singleThread: true }),
    );
    Object.assign(globalThis, { [cacheOf[curve]]: built.value });
    memories.set(curve, built.memories);
    return built.value;
  };

  /** After an error a curve's memory is in a state that nobody knows. */
  const forgetCurve = (curve: Curve): void => {
    Object.assign(globalThis, { [cacheOf[curve]]: null });
    memories.delete(curve);
  };

  const guarded = async <Value>(curve: Curve, work: () => Promise<Value>): Promise<Value> => {
    try {
      if (!memories.has(curve)) await openCurve(curve);
      return await work();
    } catch (reason) {
      forgetCurve(curve);
      throw asFailure(reason);
    }
  };

  // Most circuits are BN254's: the first proof should find the curve ready.
  const bn128 = await openCurve("bn128");
  return {
    name: "snarkjs 0.7.6",
    prove: (job) => guarded(job.curve, () => prove(job)),
    verify: async (claim) => {
      const parsed = parseClaim(claim);
      if (parsed === undefined) return false;
      const { key, proof, publicSignals } = parsed;
      try {
        return await guarded(proof.curve, () => groth16.verify(key, publicSignals, proof));
      } catch (reason) {
        if (NodeFailure.from(reason).code === "out_of_memory") throw reason;
        return false;
      }
    },
    selfTest: () => multiply(bn128),
    memoryBytes: () =>
      [...memories.values()].flat().reduce((sum, memory) => sum + memory.buffer.byteLength, 0),
  };
};

/** As the last of a prover's engines. A key is kept until another circuit's is needed: it is in memory during a proof anyway. */
export const createSnarkjsEngine = (
  snarkjs: Snarkjs,
  readFile: (files: CircuitFiles) => Promise<Uint8Array>,
): Engine => {
  let kept: { readonly circuit: Circuit; readonly zkey: Uint8Array } | undefined;
  return {
    name: snarkjs.name,
    kernel: undefined,
    steps: snarkjsSteps,
    open: async ({ files, witnessSize }) => {
      const { circuit } = files;
      if (kept?.circuit.zkey.sha256 !== circuit.zkey.sha256) {
        // Let go of the one before while the next is read.
        kept = undefined;
        kept = { circuit, zkey: await readFile(files) };
      }
      requireFittingKey(readZkey(kept.zkey), circuit, witnessSize);
    },
    prove: async ({ wtns, onStep }) => {
      if (kept === undefined) throw new NodeFailure("internal", "no key is open");
      const { circuit, zkey } = kept;
      return snarkjs.prove({ curve: circuit.curve, zkey, wtns, onStep });
    },
    close: () => {
      kept = undefined;
    },
    memoryBytes: () => snarkjs.memoryBytes() + (kept?.zkey.byteLength ?? 0),
  };
};

/** Points of BN254 that the self-test multiplies one after the other: some 70 ms on a desktop. See kernel-speed.ts. */
const SELF_TEST_POINTS = 256;
/** Any scalar of full length. */
const selfTestScalar = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) & 0xff);

const multiply = ({ G1 }: SnarkjsCurve): void => {
  let point = G1.g;
  for (let done = 0; done < SELF_TEST_POINTS; done += 1)
    point = G1.timesScalar(point, selfTestScalar);
};

const prove = async ({ curve, zkey, wtns, onStep }: SnarkjsJob): Promise<EngineProof> => {
  const read = createStepReader(onStep);
  const logger: Logger = { debug: read, info: read, warn: read, error: read };
  const { proof, publicSignals } = await groth16.prove(zkey, wtns, logger);
  return { bytes: encodeProof(curve, proof), publicSignals };
};

/** The claim in snarkjs's form, or undefined when any part of it is malformed: snarkjs throws or hangs on such. */
const parseClaim = ({ vkeyJson, publicSignals, bytes }: ProofClaim) => {
  try {
    const key = JSON.parse(vkeyJson) as VerificationKey;
    const curve = curves.find((candidate) => candidate === key.curve);
    // snarkjs takes a proof with public signals left out when they are 0.
    if (curve === undefined || key.nPublic !== publicSignals.length) return undefined;
    encodePublicSignals(curve, publicSignals);
    return { key, proof: decodeProof(curve, bytes), publicSignals };
  } catch {
    // What cannot be read does not hold.
    return undefined;
  }
};

const asFailure = (reason: unknown): NodeFailure => {
  if (reason instanceof NodeFailure && reason.code === "malformed_message") {
    // Points at infinity or beyond the field: only a damaged key makes such.
    return new NodeFailure("artifact", `the zkey gives no valid proof: ${reason.message}`, {
      cause: reason,
    });
  }
  if (isOutOfMemory(reason)) {
    return new NodeFailure("out_of_memory", `memory ran out: ${reason.message}`, { cause: reason });
  }
  return NodeFailure.from(reason);
};

/** How V8, SpiderMonkey and JavaScriptCore say it, for array buffers and for WebAssembly memories. */
const isOutOfMemory = (reason: unknown): reason is RangeError =>
  reason instanceof RangeError &&
  /memory|allocat|array length|typed array|invalid array/i.test(reason.message);
