import { useState } from "react";
import type { ReceiptRow } from "../../domain/event.ts";
import { useView } from "../../store/view.ts";
import type { Commands } from "../commands.ts";
import { formatClock, formatDuration } from "../format.ts";
import { ReceiptCheckCell } from "./receipt-check.tsx";
import { useSay } from "../say.ts";
import { receiptWords as words } from "./words.ts";

const SHOWN = 10;

type ReceiptsProps = { readonly verify: Commands["verifyReceipt"] };

/** The last receipts. While somebody points at the list or has the focus in it, it holds still, so that nothing slips away. */
export const Receipts = ({ verify }: ReceiptsProps) => {
  const say = useSay();
  const newest = useView((state) => state.node.receipts);
  const [held, setHeld] = useState<readonly ReceiptRow[] | null>(null);
  const shown = (held ?? newest).slice(0, SHOWN);
  const newer = held === null ? 0 : countNewer(newest, held);
  const release = (): void => setHeld(null);
  const hold = (): void => setHeld((before) => before ?? newest);
  return (
    <section
      className="receipts"
      aria-labelledby="receipts-title"
      onPointerEnter={hold}
      onPointerLeave={release}
      onFocus={hold}
      onBlur={release}
    >
      <h2 id="receipts-title" className="section-title">
        {say(words.title)} <span className="receipts-held">{say(words.held(newer))}</span>
      </h2>
      <p className="section-about">{say(words.about)}</p>
      {shown.length === 0 ? (
        <p className="empty">{say(words.empty)}</p>
      ) : (
        <ReceiptTable receipts={shown} verify={verify} />
      )}
    </section>
  );
};

/** How many of `newest` came after the list was held. */
const countNewer = (newest: readonly ReceiptRow[], held: readonly ReceiptRow[]): number => {
  const index = newest.findIndex((row) => row.attemptId === held[0]?.attemptId);
  return index === -1 ? newest.length : index;
};

type TableProps = ReceiptsProps & { readonly receipts: readonly ReceiptRow[] };

const ReceiptTable = ({ receipts, verify }: TableProps) => {
  const say = useSay();
  return (
    <table className="receipt-table">
      <thead>
        <tr>
          <th scope="col">{say(words.columns.time)}</th>
          <th scope="col">{say(words.columns.circuit)}</th>
          <th scope="col">{say(words.columns.project)}</th>
          <th scope="col">{say(words.columns.took)}</th>
          <th scope="col">{say(words.columns.check)}</th>
        </tr>
      </thead>
      <tbody>
        {receipts.map((row) => (
          <tr key={row.attemptId}>
            <td className="receipt-time">{formatClock(row.acceptedAtMs)}</td>
            <td className="receipt-circuit">{row.circuitId}</td>
            <td className="receipt-project">
              {row.project.practice ? (
                <span className="tag">{say(words.practice)}</span>
              ) : (
                row.project.name
              )}
            </td>
            <td className="receipt-took">{formatDuration(row.durationMs)}</td>
            <td className="receipt-check">
              <ReceiptCheckCell row={row} verify={verify} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
