import { Suspense, useEffect } from "react";
import { useView } from "../store/view.ts";
import type { Commands } from "./commands.ts";
import { LiveRegion } from "./live-region.tsx";
import { LostPanel } from "./notices/lost-panel.tsx";
import { MissingFeatures } from "./notices/missing-features.tsx";
import { UpdateNotice } from "./notices/update-notice.tsx";
import { routeHref, useRoute } from "./router.ts";
import { routeFor, routes, type Route } from "./routes.ts";
import { useSay } from "./say.ts";
import { LanguageChoice } from "./shell/language-choice.tsx";
import { shellWords as words } from "./shell/words.ts";
import { StateCard } from "./state/state-card.tsx";

type AppProps = { readonly commands: Commands };

/** The frame of every screen: name, ways to the others, the state with its button, and the screen itself. */
export const App = ({ commands }: AppProps) => {
  const say = useSay();
  const route = routeFor(useRoute());
  const label = say(route.label);
  useEffect(() => {
    document.title = route.path === "/" ? words.name : words.titleOf(label);
  }, [route.path, label]);
  return (
    <div className="page">
      <Header current={route} />
      <MissingFeatures />
      <StateCard commands={commands} />
      <main className="main">
        <LostPanel key={route.path} reload={commands.reload}>
          <Suspense fallback={<p className="panel-loading">{say(words.loading)}</p>}>
            <route.Panel commands={commands} />
          </Suspense>
        </LostPanel>
      </main>
      <Footer commands={commands} />
      <UpdateNotice apply={commands.applyUpdate} />
      <LiveRegion />
    </div>
  );
};

const Header = ({ current }: { readonly current: Route }) => {
  const say = useSay();
  return (
    <header className="header">
      <h1 className="brand">
        <img className="brand-mark" src="/icons/icon.svg" width="28" height="28" alt="" />
        {words.name}
      </h1>
      <nav aria-label={say(words.navigation)}>
        <ul className="nav">
          {routes.map(({ path, label }) => (
            <li key={path}>
              <a
                data-label={say(label)}
                href={routeHref(path)}
                aria-current={path === current.path ? "page" : undefined}
              >
                {say(label)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
};
const Footer = ({ commands }: AppProps) => {
  const say = useSay();
  const version = useView((state) => state.build.version);
  // Not before somebody has seen that it works.
  const offered = useView((state) => state.installable && state.node.accepted > 0);
  return (
    <footer className="footer">
      <span>{say(words.version(version))}</span>
      <LanguageChoice speak={commands.speak} />
      {offered ? (
        <button type="button" className="button small" onClick={() => void commands.install()}>
          {say(words.install)}
        </button>
      ) : null}
    </footer>
  );
};
