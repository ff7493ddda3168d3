import type { ReceiptCheck } from "../../store/view.ts";

export const receiptWords = {
  title: "Last receipts",
  about:
    "The coordinator signs a receipt for each accepted proof. Verify checks it here, on your device, without asking anybody.",
  empty: "Receipts of your accepted proofs appear here.",
  verify: "Verify",
  verifyOf: (circuit: string, time: string): string => `Verify the receipt for ${circuit}, ${time}`,
  checking: "Checking",
  held: (newer: number): string =>
    newer === 0 ? "" : `${newer} newer, shown when you leave the list`,
  practice: "Practice",
  columns: { time: "Time", circuit: "Circuit", project: "Project", took: "Took", check: "Check" },
} as const;

/** The three checks in words. */
export const checkWords = (check: ReceiptCheck): string => {
  const parts = [
    check.signature ? "signature holds" : "signature does not hold",
    check.digest ? "names this proof" : "names another proof",
    check.proof ? "proof verifies" : "proof does not verify",
  ];
  const problem = check.problem === "" ? "" : ` (${check.problem})`;
  return `${parts.join(", ")}${problem}`;
};

export const checkHolds = (check: ReceiptCheck): boolean =>
  check.signature && check.digest && check.proof;
