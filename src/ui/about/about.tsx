import { useView, type About } from "../../store/view.ts";
import type { PanelProps } from "../commands.ts";
import { useLoaded } from "../use-loaded.ts";
import { Kernels } from "./kernels.tsx";
import { useSay, type Text } from "../say.ts";
import { aboutWords as words } from "./words.ts";

/** Version and capabilities. `?version` opens it at once; nothing is started for it. */
export const AboutPanel = ({ commands }: PanelProps) => {
  const say = useSay();
  const [about] = useLoaded(commands.about);
  const build = useView((state) => state.build);
  const nodeId = useView((state) => state.node.workerId);
  return (
    <section className="panel" aria-labelledby="about-title">
      <h2 id="about-title" className="panel-title">
        {say(words.title)}
      </h2>
      <p className="section-about">{say(words.about)}</p>
      <dl className="facts">
        <Fact name={say(words.version)} value={build.version} />
        <Fact name={say(words.commit)} value={build.commit} />
        <Fact name={say(words.node)} value={nodeId} />
        <Capabilities about={about.name === "loaded" ? about.value : null} />
      </dl>
      <Kernels />
      {about.name === "failed" ? <p className="bad">{about.message}</p> : null}
      <p>
        <a href="/version.json">{say(words.serverVersion)}</a>
      </p>
    </section>
  );
};

const yesNo = (value: boolean | undefined): Text =>
  value === undefined ? "" : value ? words.yes : words.no;

const Capabilities = ({ about }: { readonly about: About | null }) => {
  const say = useSay();
  return (
    <>
      <Fact name={say(words.engine)} value={about?.engine ?? ""} />
      <Fact name={say(words.cores)} value={about === null ? "" : String(about.cores)} />
      <Fact name={say(words.platform)} value={about?.platform ?? ""} />
      <Fact name={say(words.secure)} value={say(yesNo(about?.secureContext))} />
      <Fact name={say(words.isolated)} value={say(yesNo(about?.crossOriginIsolated))} />
      <Fact name={say(words.simd)} value={say(yesNo(about?.simd))} />
    </>
  );
};
const Fact = ({ name, value }: { readonly name: string; readonly value: string }) => {
  const say = useSay();
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{value === "" ? say(words.unknown) : value}</dd>
    </div>
  );
};
