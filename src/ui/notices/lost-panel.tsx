import { Component, type ReactNode } from "react";
import { useSay } from "../say.ts";
import { noticeWords as words } from "./words.ts";

type LostPanelProps = { readonly reload: () => void; readonly children: ReactNode };

/** Stands in for a panel whose code could not be fetched or failed; the rest of the page lives on. */
export class LostPanel extends Component<LostPanelProps, { readonly lost: boolean }> {
  override readonly state = { lost: false };

  static getDerivedStateFromError(): { readonly lost: boolean } {
    return { lost: true };
  }

  override render(): ReactNode {
    if (!this.state.lost) return this.props.children;
    return <Lost reload={this.props.reload} />;
  }
}

const Lost = ({ reload }: Pick<LostPanelProps, "reload">) => {
  const say = useSay();
  return (
    <section className="notice">
      <h2 className="notice-title">{say(words.lostTitle)}</h2>
      <p>{say(words.lostHelp)}</p>
      <button type="button" className="button" onClick={reload}>
        {say(words.reload)}
      </button>
    </section>
  );
};
