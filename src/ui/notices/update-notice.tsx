import { mayUpdate, useView } from "../../store/view.ts";
import { noticeWords as words } from "./words.ts";

/** Offers a new version, between tasks only. It lies over the page, so that its coming moves nothing. */
export const UpdateNotice = ({ apply }: { readonly apply: () => void }) => {
  const ready = useView((state) => state.update === "ready");
  const free = useView((state) => mayUpdate(state.node));
  if (!ready) return null;
  return (
    <aside className="toast" aria-label={words.updateTitle}>
      <div>
        <strong>{words.updateTitle}</strong>
        <p>{free ? words.updateFree : words.updateWaits}</p>
      </div>
      <button type="button" className="button small" disabled={!free} onClick={apply}>
        {words.updateNow}
      </button>
    </aside>
  );
};
