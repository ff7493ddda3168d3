import { mayUpdate, useView } from "../../store/view.ts";
import { useSay } from "../say.ts";
import { noticeWords as words } from "./words.ts";

/** Offers a new version, between tasks only. It lies over the page, so that its coming moves nothing. */
export const UpdateNotice = ({ apply }: { readonly apply: () => void }) => {
  const say = useSay();
  const ready = useView((state) => state.update === "ready");
  const free = useView((state) => mayUpdate(state.node));
  if (!ready) return null;
  return (
    <aside className="toast" aria-label={say(words.updateTitle)}>
      <div>
        <strong>{say(words.updateTitle)}</strong>
        <p>{free ? say(words.updateFree) : say(words.updateWaits)}</p>
      </div>
      <button type="button" className="button small" disabled={!free} onClick={apply}>
        {say(words.updateNow)}
      </button>
    </aside>
  );
};
