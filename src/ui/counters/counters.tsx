import { isWorking, ratePerMinute, useView } from "../../store/view.ts";
import { useNow } from "../clock.ts";
import { formatCount, formatRate } from "../format.ts";
import { useSay } from "../say.ts";
import { counterWords as words } from "./words.ts";

/** Three figures: accepted, per minute, waiting to be sent. */
export const Counters = () => {
  const say = useSay();
  const accepted = useView((state) => state.node.accepted);
  const acceptedAtMs = useView((state) => state.node.acceptedAtMs);
  const outbox = useView((state) => state.node.outbox);
  const working = useView((state) => isWorking(state.node));
  const rate = ratePerMinute(acceptedAtMs, useNow(working));
  return (
    <section className="counters" aria-label={say(words.title)}>
      <Figure
        label={say(words.accepted)}
        value={formatCount(accepted)}
        note={say(words.acceptedNote)}
      />
      <Figure label={say(words.rate)} value={formatRate(rate)} note={say(words.rateNote)} />
      <Figure label={say(words.outbox)} value={formatCount(outbox)} note={say(words.outboxNote)} />
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
