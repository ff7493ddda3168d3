import type { ProverState } from "../../domain/event.ts";
import type { ProjectCard } from "../../domain/task.ts";
import { plannedProvers, useView, type NodeState } from "../../store/view.ts";
import { useNow } from "../clock.ts";
import { clampShare, formatBytes, formatElapsed, formatShare } from "../format.ts";
import { useSay, type Text } from "../say.ts";
import { laneWords as words, stageWords } from "./words.ts";

/** A lane for each prover, of one height whatever it does; before Start as many as there will be. */
export const Lanes = () => {
  const say = useSay();
  const count = useView(plannedProvers);
  return (
    <section className="lanes" aria-labelledby="lanes-title">
      <h2 id="lanes-title" className="section-title">
        {say(words.title)}
      </h2>
      <ol className="lane-list">
        {Array.from({ length: count }, (_, index) => (
          <Lane key={index} index={index} />
        ))}
      </ol>
    </section>
  );
};

const Lane = ({ index }: { readonly index: number }) => {
  const say = useSay();
  const prover = useView((state) => state.node.provers[index]);
  return (
    <li className="lane" data-state={prover?.name ?? "off"}>
      <span className="lane-number" aria-hidden="true">
        {index + 1}
      </span>
      <span className="visually-hidden">{say(words.lane(index + 1))}</span>
      {prover?.name === "proving" ? <Proving prover={prover} /> : <Quiet prover={prover} />}
    </li>
  );
};

type Proving = Extract<ProverState, { name: "proving" }>;

const Proving = ({ prover }: { readonly prover: Proving }) => {
  const say = useSay();
  const nowMs = useNow(true);
  const download = useView((state) => state.node.download);
  const { share, stage } = shownProgress(prover, download);
  return (
    <>
      <span className="lane-what">
        <span className="lane-circuit">{prover.circuitId}</span>{" "}
        <Project project={prover.project} />
      </span>
      <progress className="lane-bar" max={1} value={clampShare(share)} aria-label={say(stage)} />
      <span className="lane-stage">{say(stage)}</span>
      <span className="lane-figure">{formatShare(share)}</span>
      <span className="lane-figure lane-time">{formatElapsed(nowMs - prover.startedAtMs)}</span>
    </>
  );
};

/** The proof's own progress; while its key comes over the network, that of the bytes. */
const shownProgress = (
  { circuitId, progress }: Proving,
  download: NodeState["download"],
): { readonly share: number; readonly stage: Text } => {
  const { stage, share } = progress;
  if (stage !== "key" || download?.circuitId !== circuitId || download.totalBytes === 0) {
    return { share, stage: stageWords[stage] };
  }
  const { doneBytes, totalBytes } = download;
  return {
    share: doneBytes / totalBytes,
    stage: words.fetching(formatBytes(doneBytes), formatBytes(totalBytes)),
  };
};

const Project = ({ project }: { readonly project: ProjectCard }) => {
  const say = useSay();
  return project.practice ? (
    <span className="tag" title={say(words.practiceNote)}>
      {say(words.practice)}
    </span>
  ) : (
    <span className="lane-project" title={project.purpose}>
      {project.name}
    </span>
  );
};
type QuietState = Exclude<ProverState, { name: "proving" }> | undefined;

/** A prover without a task: the same places, an empty track. */
const Quiet = ({ prover }: { readonly prover: QuietState }) => {
  const say = useSay();
  return (
    <>
      <span className="lane-what lane-quiet">{say(quietWords(prover))}</span>
      <span className="lane-bar lane-track" aria-hidden="true" />
      <span className="lane-stage lane-quiet">{say(quietReason(prover))}</span>
    </>
  );
};

const quietWords = (prover: QuietState): Text => {
  switch (prover?.name) {
    case undefined:
      return words.off;
    case "starting":
      return words.starting;
    case "idle":
      return words.idle;
    case "helping":
      return words.helping(prover.leader + 1);
    case "waiting":
      return words.waiting;
    case "replacing":
      return words.replacing;
    case "ended":
      return words.ended;
  }
};

const quietReason = (prover: QuietState): Text => {
  switch (prover?.name) {
    case "idle":
      return prover.why;
    case "helping":
      return prover.circuitId;
    case "waiting":
      return words.needsMemory(formatBytes(prover.neededBytes), formatBytes(prover.budgetBytes));
    case "replacing":
      return prover.reason;
    case undefined:
    case "starting":
    case "ended":
      return "";
  }
};
