/** Checks a kept receipt, in a prover worker of its own: the coordinator's signature, and the proof itself. */
import type { Clock } from "../domain/clock.ts";
import { NodeFailure } from "../domain/failure.ts";
import { within } from "../domain/pause.ts";
import type { VerifyOutcome, VerifyRequest } from "../prover/protocol.ts";
import type { KeptReceipt } from "./outbox/outbox.ts";
import type { ReceiptCheck } from "./protocol.ts";

export type Verifier = {
  readonly verify: (request: VerifyRequest) => Promise<VerifyOutcome>;
  readonly terminate: () => void;
};

export type ReceiptNeeds = {
  readonly clock: Clock;
  readonly receipt: (attemptId: string) => Promise<KeptReceipt | undefined>;
  readonly knownKeys: () => Promise<readonly Uint8Array[]>;
  readonly vkeyOf: (kept: KeptReceipt) => Promise<string | undefined>;
  readonly spawn: () => Verifier;
};

/** Starting a worker and its curve on a busy device; verifying itself takes 20 ms. */
const VERIFY_LIMIT_MS = 60_000;

/** Never rejects: what keeps it from being checked is the `problem`. */
export const verifyKept = async (needs: ReceiptNeeds, attemptId: string): Promise<ReceiptCheck> => {
  const kept = await needs.receipt(attemptId);
  if (kept === undefined) return unchecked(`this browser keeps no receipt of ${attemptId}`);
  const vkeyJson = await needs.vkeyOf(kept);
  if (vkeyJson === undefined) {
    return unchecked(`the verification key of ${kept.row.circuitId} is not on this device`);
  }
  const verifier = needs.spawn();
  try {
    const request = {
      receipt: kept.receipt,
      knownKeys: await needs.knownKeys(),
      proofBytes: kept.proof.bytes,
      publicSignals: kept.proof.publicSignals,
      vkeyJson,
    };
    const { signal } = new AbortController();
    const limit = { clock: needs.clock, ms: VERIFY_LIMIT_MS, signal, what: "verifying" };
    return await within(limit, () => verifier.verify(request));
  } catch (reason) {
    return unchecked(NodeFailure.from(reason).message);
  } finally {
    verifier.terminate();
  }
};

const unchecked = (problem: string): ReceiptCheck => ({
  signature: false,
  digest: false,
  proof: false,
  problem,
});
