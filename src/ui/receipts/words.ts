import type { MessageDescriptor } from "@lingui/core";
import { msg, plural } from "@lingui/core/macro";
import type { ReceiptCheck } from "../../store/view.ts";
import type { Text } from "../say.ts";

export const receiptWords = {
  title: msg`Last receipts`,
  about: msg`The coordinator signs a receipt for each accepted proof. Verify checks it here, on your device, without asking anybody.`,
  empty: msg`Receipts of your accepted proofs appear here.`,
  verify: msg`Verify`,
  verifyOf: (circuit: string, time: string): MessageDescriptor =>
    msg`Verify the receipt for ${circuit}, ${time}`,
  checking: msg`Checking`,
  held: (newer: number): MessageDescriptor =>
    msg`${plural(newer, { one: "# newer, shown when you leave the list", other: "# newer, shown when you leave the list" })}`,
  practice: msg`Practice`,
  columns: {
    time: msg`Time`,
    circuit: msg`Circuit`,
    project: msg`Project`,
    took: msg`Took`,
    check: msg`Check`,
  },
} as const;

/** The three checks in words, and what else was wrong. */
export const checkWords = (check: ReceiptCheck): readonly Text[] => [
  check.signature ? msg`signature holds` : msg`signature does not hold`,
  check.digest ? msg`names this proof` : msg`names another proof`,
  check.proof ? msg`proof verifies` : msg`proof does not verify`,
  ...(check.problem === "" ? [] : [check.problem]),
];

export const checkHolds = (check: ReceiptCheck): boolean =>
  check.signature && check.digest && check.proof;
