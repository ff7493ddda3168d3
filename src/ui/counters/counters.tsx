import { isWorking, ratePerMinute, useView } from "../../store/view.ts";
import { useNow } from "../clock.ts";
import { formatCount, formatRate } from "../format.ts";
import { counterWords as words } from "./words.ts";

/** Three figures: accepted, per minute, waiting to be sent. */
export const Counters = () => {
  const accepted = useView((state) => state.node.accepted);
  const acceptedAtMs = useView((state) => state.node.acceptedAtMs);
  const outbox = useView((state) => state.node.outbox);
  const working = useView((state) => isWorking(state.node));
  const rate = ratePerMinute(acceptedAtMs, useNow(working));
  return (
    <section className="counters" aria-label={words.title}>
      <Figure label={words.accepted} value={formatCount(accepted)} note={words.acceptedNote} />
      <Figure label={words.rate} value={formatRate(rate)} note={words.rateNote} />
      <Figure label={words.outbox} value={formatCount(outbox)} note={words.outboxNote} />
    </section>
  );
};

type FigureProps = { readonly label: string; readonly value: string; readonly note: string };

const Figure = ({ label, value, note }: FigureProps) => (
  <dl className="figure">
    <dt>{label}</dt>
    <dd className="figure-value">{value}</dd>
    <dd className="figure-note">{note}</dd>
  </dl>
);
