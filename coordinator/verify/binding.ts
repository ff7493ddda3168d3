/** Whether a valid proof is the one that its task asks for: of the task's own input, and with the job's pinned signals. */
import type { SignalsAnswer } from "./true-signals.ts";
import type { Claim, ProofCheck } from "./verifier.ts";

/** The verdict on a claim whose proof holds, given what its task's input truly leads to. */
export const judgeBinding = (claim: Claim, truth: SignalsAnswer): ProofCheck => {
  switch (truth.outcome) {
    case "known":
      return judgeSignals(claim, truth.signals);
    case "unsatisfied":
      return {
        valid: false,
        code: "INPUT_UNSATISFIABLE",
        why: `The proof is of another input: the task's own has none, ${truth.reason}.`,
      };
    case "malformed":
      return {
        valid: false,
        code: "INPUT_MALFORMED",
        why: `The proof is of another input: the task's own does not have the circuit's form, ${truth.reason}.`,
      };
    case "inconclusive":
      return {
        valid: "unknown",
        why: `The public signals of the task's input could not be computed: ${truth.reason}.`,
        retryAfterMs: truth.retryAfterMs,
      };
  }
};

type Signals = readonly (string | undefined)[];

const judgeSignals = (claim: Claim, truth: Signals): ProofCheck => {
  const { circuit, publicSignals } = claim;
  const index = truth.findIndex(
    (signal, at) => signal !== undefined && signal !== publicSignals[at],
  );
  if (index !== -1) {
    return {
      valid: false,
      code: "PUBLIC_SIGNALS_OF_ANOTHER_INPUT",
      why: `The proof is of another input: public signal ${index} (${circuit.publicSignals[index] ?? ""}) is ${publicSignals[index] ?? ""}; of the task's input it is ${truth[index] ?? ""}.`,
    };
  }
  // Not drawn signals are the claim's own by now.
  const missed = missedPin(claim);
  return missed === undefined
    ? { valid: true }
    : { valid: "unmeetable", why: unmeetable(claim, missed, truth) };
};

/** Index of the first pinned signal that the claim does not show. Decimal on both sides; "" leaves one free. */
export const missedPin = ({ pinnedPublicSignals, publicSignals }: Claim): number | undefined => {
  const index = pinnedPublicSignals.findIndex(
    (pinned, at) => pinned !== "" && pinned !== publicSignals[at],
  );
  return index === -1 ? undefined : index;
};

const unmeetable = (claim: Claim, index: number, truth: Signals): string => {
  const signal = `public signal ${index} (${claim.circuit.publicSignals[index] ?? ""})`;
  const pinned = claim.pinnedPublicSignals[index] ?? "";
  const known = truth[index];
  return known === undefined
    ? `no proof can meet the job's pins: ${signal} is pinned to ${pinned}, and it depends on a value that each node draws because the input does not give it`
    : `no proof can meet the job's pins: ${signal} is pinned to ${pinned}, and of this input it is ${known}`;
};
