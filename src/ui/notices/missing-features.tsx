import { useView, type Feature } from "../../store/view.ts";
import { useSay, type Text } from "../say.ts";
import { featureWords, noticeWords as words } from "./words.ts";

/** What this browser or this address lacks, and how to get it. Nothing at all when nothing is missing. */
export const MissingFeatures = () => {
  const say = useSay();
  const features = useView((state) => state.features);
  const missing = features.filter((feature) => !feature.present);
  if (missing.length === 0) return null;
  const { title, help } = explain(missing);
  return (
    <section className="notice" aria-label={say(title)}>
      <h2 className="notice-title">{say(title)}</h2>
      <p>{say(words.missing)}</p>
      <ul>
        {missing.map(({ id }) => (
          <li key={id}>{say(featureWords[id])}</li>
        ))}
      </ul>
      <p>{say(help)}</p>
    </section>
  );
};

const explain = (missing: readonly Feature[]): { readonly title: Text; readonly help: Text } => {
  if (missing.some(({ id }) => id === "secure-context"))
    return { title: words.insecureTitle, help: words.insecureHelp };
  if (missing.some(({ required }) => required))
    return { title: words.unsupportedTitle, help: words.unsupportedHelp };
  return { title: words.lesserTitle, help: "" };
};
