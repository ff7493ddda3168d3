/** Curve arithmetic of a verdict, in a thread: points first, then the pairing by snarkjs and, when asked, by noble. */
import type { VerificationKey } from "snarkjs";
import { groth16 } from "snarkjs";
import type { Curve } from "../../src/domain/circuit.ts";
import type { SnarkjsProof } from "../../src/wire/proof.ts";
import type { Fault } from "./claim-form.ts";
import type { PointFault } from "./curves.ts";
import { curveTitle, g1Fault, g2Fault } from "./curves.ts";
import type { ProofAnswer, ProofJob } from "./proof-job.ts";
import type { PreparedKey } from "./second-opinion.ts";
import { g1Of, g2Of, prepareKey, verifyByNoble } from "./second-opinion.ts";
import { installSingleThreadCurve } from "./single-thread-curve.ts";

type LoadedKey = { readonly snarkjs: VerificationKey; readonly noble: PreparedKey };

/** Keys prepared in this thread, least recently used first. A prepared key takes some 10 KB. */
const MAX_KEYS = 64;

export type ProofChecker = (job: ProofJob) => Promise<ProofAnswer>;

/** Keys and curves that it has prepared stay with it. */
export const createProofChecker = (): ProofChecker => {
  const keys = new Map<string, LoadedKey>();

  const load = (job: ProofJob): LoadedKey => {
    const key = keys.get(job.vkeyDigest) ?? parseKey(job);
    keys.delete(job.vkeyDigest);
    keys.set(job.vkeyDigest, key);
    const [oldest] = keys.keys();
    if (keys.size > MAX_KEYS && oldest !== undefined) keys.delete(oldest);
    return key;
  };

  return async (job) => {
    const fault = pointFault(job.curve, job.proof);
    if (fault !== undefined) return { verdict: "invalid", fault };
    await installSingleThreadCurve(job.curve);
    const key = load(job);
    const snarkjs = await groth16.verify(key.snarkjs, job.publicSignals, job.proof);
    if (job.secondOpinion) {
      const noble = verifyByNoble(key.noble, job.publicSignals, job.proof);
      if (noble !== snarkjs) return { verdict: "disputed", snarkjs, noble };
    }
    return snarkjs ? { verdict: "valid" } : { verdict: "invalid", fault: wrongProof };
  };
};

const wrongProof: Fault = {
  code: "PROOF_WRONG",
  why: "The proof does not prove these public signals under the circuit's verification key.",
};

const parseKey = (job: ProofJob): LoadedKey => {
  // Our own artifact: admitted, stored and read by its digest.
  const snarkjs = JSON.parse(job.vkeyJson) as VerificationKey;
  return { snarkjs, noble: prepareKey(job.curve, snarkjs) };
};

const pointFault = (curve: Curve, proof: SnarkjsProof): Fault | undefined =>
  faultOf(curve, "A", g1Fault(curve, g1Of(proof.pi_a))) ??
  faultOf(curve, "C", g1Fault(curve, g1Of(proof.pi_c))) ??
  faultOf(curve, "B", g2Fault(curve, g2Of(proof.pi_b)));

const faultOf = (curve: Curve, point: string, fault: PointFault | undefined): Fault | undefined => {
  if (fault === undefined) return undefined;
  const title = curveTitle[curve];
  if (fault === "off subgroup") {
    return {
      code: "PROOF_POINT_OFF_SUBGROUP",
      why: `Point ${point} of the proof lies on ${title} but outside the subgroup of prime order, where it has to lie.`,
    };
  }
  if (fault === "off curve") {
    return {
      code: "PROOF_POINT_OFF_CURVE",
      why: `Point ${point} of the proof does not lie on ${title}, where it has to lie.`,
    };
  }
  // Canonical decoding has refused these before; a caller that skipped it gets the same answer.
  return {
    code: "PROOF_NOT_CANONICAL",
    why: `Point ${point} of the proof is ${fault}; it has to be a reduced affine point other than infinity.`,
  };
};
