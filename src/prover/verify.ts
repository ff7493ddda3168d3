import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { curves, type Curve } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import { encodePublicSignals, proofBytes } from "../wire/proof.ts";
import {
  decodeReceiptBody,
  proofDigest,
  verifyReceipt,
  type ReceiptBody,
} from "../wire/receipt.ts";
import type { Verifier } from "./engine/engine.ts";
import type { VerifyOutcome, VerifyRequest } from "./protocol.ts";

/** Checks a receipt and the proof that was kept with it. What is wrong first is the problem that is told. */
export const verify = async (request: VerifyRequest, engine: Verifier): Promise<VerifyOutcome> => {
  const signature = verifyReceipt(request.receipt, request.knownKeys);
  const body = readBody(request);
  if (body instanceof NodeFailure) {
    return { signature: signature.valid, digest: false, proof: false, problem: body.message };
  }
  const digest = checkDigest(request, body);
  const proof = await checkProof(request, body, engine);
  const problem = [signature.valid ? "" : signature.problem, digest, proof].find(
    (each) => each !== "",
  );
  return {
    signature: signature.valid,
    digest: digest === "",
    proof: proof === "",
    problem: problem ?? "",
  };
};

const readBody = ({ receipt }: VerifyRequest): ReceiptBody | NodeFailure => {
  try {
    return decodeReceiptBody(receipt.body);
  } catch (reason) {
    return NodeFailure.from(reason, "malformed_message");
  }
};

/** Each check gives "" or one plain sentence. */
const checkDigest = (request: VerifyRequest, body: ReceiptBody): string => {
  const curve = curveOf(request.proofBytes);
  if (curve === undefined) return "The kept proof has a length that no curve's proofs have.";
  try {
    const signals = encodePublicSignals(curve, request.publicSignals);
    if (proofDigest(request.proofBytes, signals) === body.proofDigest) return "";
    return "The receipt is for another proof or other public signals.";
  } catch (reason) {
    return `The kept public signals are malformed: ${NodeFailure.from(reason).message}`;
  }
};

const checkProof = async (
  { vkeyJson, proofBytes: bytes, publicSignals }: VerifyRequest,
  body: ReceiptBody,
  engine: Verifier,
): Promise<string> => {
  const vkeyDigest = bytesToHex(sha256(new TextEncoder().encode(vkeyJson)));
  if (vkeyDigest !== body.vkeyDigest) {
    return `The receipt names verification key ${body.vkeyDigest}, the circuit has ${vkeyDigest}.`;
  }
  const holds = await engine.verify({ bytes, publicSignals, vkeyJson });
  return holds ? "" : "The proof does not verify with the circuit's verification key.";
};

const curveOf = (proof: Uint8Array): Curve | undefined =>
  curves.find((curve) => proofBytes(curve) === proof.length);
