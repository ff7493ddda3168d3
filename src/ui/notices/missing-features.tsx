import { useView, type Feature } from "../../store/view.ts";
import { featureWords, noticeWords as words } from "./words.ts";

/** What this browser or this address lacks, and how to get it. Nothing at all when nothing is missing. */
export const MissingFeatures = () => {
  const features = useView((state) => state.features);
  const missing = features.filter((feature) => !feature.present);
  if (missing.length === 0) return null;
  const { title, help } = explain(missing);
  return (
    <section className="notice" aria-label={title}>
      <h2 className="notice-title">{title}</h2>
      <p>{words.missing}</p>
      <ul>
        {missing.map(({ id }) => (
          <li key={id}>{featureWords[id]}</li>
        ))}
      </ul>
      <p>{help}</p>
    </section>
  );
};

const explain = (
  missing: readonly Feature[],
): { readonly title: string; readonly help: string } => {
  if (missing.some(({ id }) => id === "secure-context"))
    return { title: words.insecureTitle, help: words.insecureHelp };
  if (missing.some(({ required }) => required))
    return { title: words.unsupportedTitle, help: words.unsupportedHelp };
  return { title: words.lesserTitle, help: "" };
};
