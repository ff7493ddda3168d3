import { useState } from "react";
import type { CachedCircuit } from "../../domain/event.ts";
import { useView } from "../../store/view.ts";
import type { Commands, PanelProps } from "../commands.ts";
import { formatBytes } from "../format.ts";
import { announce } from "../live-region.tsx";
import { messageOf } from "../message-of.ts";
import { useLoaded } from "../use-loaded.ts";
import { useSay } from "../say.ts";
import { storageWords as words } from "./words.ts";

/** The circuits that are kept on this device, with their sizes, each deletable. */
export const StoragePanel = ({ commands }: PanelProps) => {
  const say = useSay();
  const cached = useView((state) => state.node.cached);
  const [use, reloadUse] = useLoaded(commands.storageUse);
  const [problem, setProblem] = useState("");
  const remove = async (circuitId: string): Promise<void> => {
    try {
      await commands.removeCircuit(circuitId);
      setProblem("");
      announce(say(words.deleted(circuitId)));
      reloadUse();
    } catch (reason) {
      setProblem(messageOf(reason));
    }
  };
  return (
    <section className="panel" aria-labelledby="storage-title">
      <h2 id="storage-title" className="panel-title">
        {say(words.title)}
      </h2>
      <p className="section-about">{say(words.about)}</p>
      <p className="bad">{problem}</p>
      <Circuits cached={cached} remove={remove} />
      {use.name === "loaded" && use.value !== null ? (
        <p className="storage-use">
          {say(words.use(formatBytes(use.value.usedBytes), formatBytes(use.value.quotaBytes)))}
        </p>
      ) : null}
    </section>
  );
};

type CircuitsProps = {
  readonly cached: readonly CachedCircuit[];
  readonly remove: Commands["removeCircuit"];
};

const Circuits = ({ cached, remove }: CircuitsProps) => {
  const say = useSay();
  if (cached.length === 0) return <p className="empty">{say(words.empty)}</p>;
  const bytes = cached.reduce((sum, circuit) => sum + circuit.bytes, 0);
  return (
    <>
      <ul className="circuit-list">
        {cached.map((circuit) => (
          <li key={circuit.circuitId} className="circuit">
            <span className="circuit-id">{circuit.circuitId}</span>
            <span className="circuit-bytes">{formatBytes(circuit.bytes)}</span>
            <button
              type="button"
              className="button small"
              aria-label={say(words.deleteOf(circuit.circuitId))}
              onClick={() => {
                void remove(circuit.circuitId);
              }}
            >
              {say(words.delete)}
            </button>
          </li>
        ))}
      </ul>
      <p className="storage-use">{say(words.total(formatBytes(bytes), cached.length))}</p>
    </>
  );
};
