import { memo, useEffect, useMemo, useState } from "react";
import type { PanelProps } from "../commands.ts";
import { formatClock } from "../format.ts";
import { useLoaded } from "../use-loaded.ts";
import { atLeast, levels, readLine, splitLines, timeOf, type Level } from "./lines.ts";
import { saveFile } from "./save-file.ts";
import { useSay } from "../say.ts";
import { logWords as words } from "./words.ts";

/** More would cost more to draw than anybody reads; the download has all of them. */
const SHOWN = 300;
const FOLLOW_MS = 2_000;

/** The node's log: the last lines by level, and all of it as a file. */
export const LogsPanel = ({ commands }: PanelProps) => {
  const say = useSay();
  const [log, reload] = useLoaded(commands.readLog);
  const [level, setLevel] = useState<Level>("info");
  const [follow, setFollow] = useState(true);
  useEvery(reload, follow ? FOLLOW_MS : null);
  return (
    <section className="panel" aria-labelledby="logs-title">
      <h2 id="logs-title" className="panel-title">
        {say(words.title)}
      </h2>
      <p className="section-about">{say(words.about)}</p>
      <div className="toolbar">
        <LevelChoice level={level} choose={setLevel} />
        <label className="choice">
          <input
            type="checkbox"
            checked={follow}
            onChange={(event) => {
              setFollow(event.currentTarget.checked);
            }}
          />
          {say(words.follow)}
        </label>
        <button
          type="button"
          className="button small"
          disabled={log.name !== "loaded"}
          onClick={() => {
            if (log.name === "loaded") saveFile(say(words.fileName), log.value);
          }}
        >
          {say(words.download)}
        </button>
      </div>
      {log.name === "failed" ? <p className="bad">{log.message}</p> : null}
      {log.name === "loaded" ? <Lines ndjson={log.value} level={level} /> : null}
    </section>
  );
};

/** Calls `act` every so many ms; not at all for null. */
const useEvery = (act: () => void, everyMs: number | null): void => {
  useEffect(() => {
    if (everyMs === null) return undefined;
    const timer = setInterval(act, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [act, everyMs]);
};

type ChoiceProps = { readonly level: Level; readonly choose: (level: Level) => void };

const LevelChoice = ({ level, choose }: ChoiceProps) => {
  const say = useSay();
  return (
    <label className="choice">
      {say(words.level)}
      <select
        value={level}
        onChange={(event) => {
          const { value } = event.currentTarget;
          choose(levels.find((known) => known === value) ?? "info");
        }}
      >
        {levels.map((each) => (
          <option key={each} value={each}>
            {say(words.levels[each])}
          </option>
        ))}
      </select>
    </label>
  );
};
type LinesProps = { readonly ndjson: Uint8Array; readonly level: Level };

const Lines = ({ ndjson, level }: LinesProps) => {
  const say = useSay();
  const all = useMemo(() => splitLines(ndjson), [ndjson]);
  const wanted = useMemo(() => atLeast(all, level), [all, level]);
  const shown = wanted.slice(0, SHOWN);
  if (shown.length === 0) {
    return (
      <p className="empty">{all.length === 0 ? say(words.empty) : say(words.emptyFiltered)}</p>
    );
  }
  return (
    <>
      <p className="log-count">{say(words.shown(shown.length, wanted.length))}</p>
      <div className="log" tabIndex={0} role="region" aria-label={say(words.title)}>
        <table className="log-table">
          <thead className="visually-hidden">
            <tr>
              <th scope="col">{say(words.columns.time)}</th>
              <th scope="col">{say(words.columns.level)}</th>
              <th scope="col">{say(words.columns.message)}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((text, index) => (
              // Lines have no name of their own; counted from the oldest, a line keeps its number.
              <Line key={wanted.length - index} text={text} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
};

/** Read and drawn once, however often the log is loaded anew. */
const Line = memo(({ text }: { readonly text: string }) => {
  const line = readLine(text);
  return (
    <tr data-level={line.level}>
      <td className="log-time" title={line.timestamp}>
        {timeOf(line.timestamp, formatClock)}
      </td>
      <td className="log-level">{line.level}</td>
      <td className="log-message">
        {line.message} <span className="log-fields">{line.fields}</span>{" "}
        <span className="log-caller">{line.caller}</span>
      </td>
    </tr>
  );
});
Line.displayName = "Line";
