import { useView, type About } from "../../store/view.ts";
import type { PanelProps } from "../commands.ts";
import { useLoaded } from "../use-loaded.ts";
import { Kernels } from "./kernels.tsx";
import { aboutWords as words } from "./words.ts";

/** Version and capabilities. `?version` opens it at once; nothing is started for it. */
export const AboutPanel = ({ commands }: PanelProps) => {
  const [about] = useLoaded(commands.about);
  const build = useView((state) => state.build);
  const nodeId = useView((state) => state.node.workerId);
  return (
    <section className="panel" aria-labelledby="about-title">
      <h2 id="about-title" className="panel-title">
        {words.title}
      </h2>
      <p className="section-about">{words.about}</p>
      <dl className="facts">
        <Fact name={words.version} value={build.version} />
        <Fact name={words.commit} value={build.commit} />
        <Fact name={words.node} value={nodeId} />
        <Capabilities about={about.name === "loaded" ? about.value : null} />
      </dl>
      <Kernels />
      {about.name === "failed" ? <p className="bad">{about.message}</p> : null}
      <p>
        <a href="/version.json">{words.serverVersion}</a>
      </p>
    </section>
  );
};

const yesNo = (value: boolean | undefined): string =>
  value === undefined ? "" : value ? words.yes : words.no;

const Capabilities = ({ about }: { readonly about: About | null }) => (
  <>
    <Fact name={words.engine} value={about?.engine ?? ""} />
    <Fact name={words.cores} value={about === null ? "" : String(about.cores)} />
    <Fact name={words.platform} value={about?.platform ?? ""} />
    <Fact name={words.secure} value={yesNo(about?.secureContext)} />
    <Fact name={words.isolated} value={yesNo(about?.crossOriginIsolated)} />
    <Fact name={words.simd} value={yesNo(about?.simd)} />
  </>
);

const Fact = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <div className="fact">
    <dt>{name}</dt>
    <dd>{value === "" ? words.unknown : value}</dd>
  </div>
);
