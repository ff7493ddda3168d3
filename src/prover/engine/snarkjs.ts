import {
  curves as snarkjsCurves,
  groth16,
  type Curve as SnarkjsCurve,
  type Logger,
  type VerificationKey,
} from "snarkjs";
import { curves, type Curve } from "../../domain/circuit.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { decodeProof, encodeProof, encodePublicSignals } from "../../wire/proof.ts";
import type { Engine, EngineProof, ProofClaim, ProofJob } from "./engine.ts";
import { recordMemories } from "./recorded-memories.ts";
import { createStepReader, snarkjsSteps } from "./snarkjs-steps.ts";

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
export const openSnarkjs = async (): Promise<Engine> => {
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
    if (!memories.has(curve)) await openCurve(curve);
    try {
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
    curves,
    steps: snarkjsSteps,
    prove: (job) => guarded(job.curve, () => prove(job)),
    verify: async (claim) => {
      const parsed = parseClaim(claim);
      if (parsed === undefined) return false;
      const { key, proof, publicSignals } = parsed;
      return guarded(proof.curve, () => groth16.verify(key, publicSignals, proof)).catch(
        () => false,
      );
    },
    selfTest: () => multiply(bn128),
    memoryBytes: () =>
      [...memories.values()].flat().reduce((sum, memory) => sum + memory.buffer.byteLength, 0),
  };
};

/** Points of BN254 that the self-test multiplies one after the other: some 70 ms on a desktop. */
const SELF_TEST_POINTS = 256;
/** Any scalar of full length. */
const selfTestScalar = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) & 0xff);

const multiply = ({ G1 }: SnarkjsCurve): void => {
  let point = G1.g;
  for (let done = 0; done < SELF_TEST_POINTS; done += 1)
    point = G1.timesScalar(point, selfTestScalar);
};

const prove = async ({ curve, zkey, wtns, onStep }: ProofJob): Promise<EngineProof> => {
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
