import { useState } from "react";
import type { ReceiptRow } from "../../domain/event.ts";
import type { ReceiptCheck } from "../../store/view.ts";
import type { Commands } from "../commands.ts";
import { formatClock } from "../format.ts";
import { announce } from "../live-region.tsx";
import { messageOf } from "../message-of.ts";
import { useSay } from "../say.ts";
import { checkHolds, checkWords, receiptWords as words } from "./words.ts";

type Checking =
  | { readonly name: "not-yet" }
  | { readonly name: "checking" }
  | { readonly name: "checked"; readonly check: ReceiptCheck }
  | { readonly name: "failed"; readonly message: string };

type CellProps = { readonly row: ReceiptRow; readonly verify: Commands["verifyReceipt"] };

/** The Verify button of one receipt, and in its place what came of it. */
export const ReceiptCheckCell = ({ row, verify }: CellProps) => {
  const say = useSay();
  const [checking, setChecking] = useState<Checking>({ name: "not-yet" });
  const check = async (): Promise<void> => {
    setChecking({ name: "checking" });
    try {
      const result = await verify(row.attemptId);
      setChecking({ name: "checked", check: result });
      announce(checkWords(result).map(say).join(", "));
    } catch (reason) {
      setChecking({ name: "failed", message: messageOf(reason) });
    }
  };
  const busy = checking.name === "checking";
  const time = formatClock(row.acceptedAtMs);
  return (
    <>
      <span className="receipt-result">
        <Result checking={checking} />
      </span>
      <button
        type="button"
        className="button small"
        aria-label={busy ? say(words.checking) : say(words.verifyOf(row.circuitId, time))}
        aria-disabled={busy}
        onClick={() => {
          if (!busy) void check();
        }}
      >
        {busy ? say(words.checking) : say(words.verify)}
      </button>
    </>
  );
};

const Result = ({ checking }: { readonly checking: Checking }) => {
  const say = useSay();
  switch (checking.name) {
    case "not-yet":
    case "checking":
      return null;
    case "checked":
      return (
        <span className={checkHolds(checking.check) ? "good" : "bad"}>
          {checkWords(checking.check).map(say).join(", ")}
        </span>
      );
    case "failed":
      return <span className="bad">{checking.message}</span>;
  }
};
