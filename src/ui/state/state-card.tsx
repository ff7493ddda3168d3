import { useEffect } from "react";
import { formatClock } from "../format.ts";
import { useNow } from "../clock.ts";
import type { Commands } from "../commands.ts";
import { announce } from "../live-region.tsx";
import { routeHref } from "../router.ts";
import { isWorking, useView } from "../../store/view.ts";
import { actionWords, type Action, type Sentence } from "./sentence.ts";
import { sentenceOf } from "./sentences.ts";
import { useSay } from "../say.ts";
import { stateWords } from "./words.ts";

/** What the node does, in one sentence, and the one button that fits. */
export const StateCard = ({ commands }: { readonly commands: Commands }) => {
  const say = useSay();
  const page = useView((state) => state);
  const sentence = sentenceOf(page, useNow(isWorking(page.node)));
  const spoken = say(sentence.spoken);
  useEffect(() => {
    announce(spoken);
  }, [spoken]);
  return (
    <section className="state" data-tone={sentence.tone} aria-labelledby="state-title">
      <div className="state-text">
        <h2 id="state-title" className="state-title">
          <span className="state-dot" aria-hidden="true" />
          {say(sentence.title)}
        </h2>
        <p className="state-next">
          {sentence.next.map(say).join(" ")} <HelpLink link={sentence.link} />
        </p>
      </div>
      <div className="state-action">
        <ActionButton action={sentence.action} commands={commands} />
      </div>
      <div className="state-foot">
        <Trouble trouble={page.node.trouble} />
        <p>{say(stateWords.promise)}</p>
      </div>
    </section>
  );
};

const HelpLink = ({ link }: { readonly link: Sentence["link"] }) => {
  const say = useSay();
  return link === undefined ? null : (
    <a href={routeHref(`/${link}`)}>{say(stateWords.links[link])}</a>
  );
};
type ActionProps = { readonly action: Action; readonly commands: Commands };

const ActionButton = ({ action, commands }: ActionProps) => {
  const say = useSay();
  return (
    <button
      type="button"
      className={action === "start" || action === "none" ? "button primary" : "button"}
      disabled={action === "none"}
      onClick={() => {
        run(action, commands);
      }}
    >
      {say(actionWords[action])}
    </button>
  );
};
/** Whatever goes wrong in a command shows as state: main.tsx sees to that. */
const run = (action: Action, commands: Commands): void => {
  switch (action) {
    case "start":
      void commands.start();
      return;
    case "stop":
    case "stop-now":
      void commands.stop();
      return;
    case "check":
      void commands.checkReachable();
      return;
    case "reload":
      commands.reload();
      return;
    case "none":
      return;
  }
};

type TroubleProps = {
  readonly trouble: { readonly message: string; readonly atMs: number } | null;
};

/** The last thing that went wrong and still matters; cut to one line, whole as the line's tooltip. */
const Trouble = ({ trouble }: TroubleProps) => {
  const text = trouble === null ? "" : `${formatClock(trouble.atMs)} ${trouble.message}`;
  return (
    <p className="state-trouble" title={text}>
      {text}
    </p>
  );
};
