import { Suspense, useEffect } from "react";
import { useView } from "../store/view.ts";
import type { Commands } from "./commands.ts";
import { LiveRegion } from "./live-region.tsx";
import { LostPanel } from "./notices/lost-panel.tsx";
import { MissingFeatures } from "./notices/missing-features.tsx";
import { UpdateNotice } from "./notices/update-notice.tsx";
import { routeHref, useRoute } from "./router.ts";
import { routeFor, routes, type Route } from "./routes.ts";
import { shellWords as words } from "./shell/words.ts";
import { StateCard } from "./state/state-card.tsx";

type AppProps = { readonly commands: Commands };

/** The frame of every screen: name, ways to the others, the state with its button, and the screen itself. */
export const App = ({ commands }: AppProps) => {
  const route = routeFor(useRoute());
  useEffect(() => {
    document.title = route.path === "/" ? words.name : words.titleOf(route.label);
  }, [route]);
  return (
    <div className="page">
      <Header current={route} />
      <MissingFeatures />
      <StateCard commands={commands} />
      <main className="main">
        <LostPanel key={route.path} reload={commands.reload}>
          <Suspense fallback={<p className="panel-loading">{words.loading}</p>}>
            <route.Panel commands={commands} />
          </Suspense>
        </LostPanel>
      </main>
      <Footer install={commands.install} />
      <UpdateNotice apply={commands.applyUpdate} />
      <LiveRegion />
    </div>
  );
};

const Header = ({ current }: { readonly current: Route }) => (
  <header className="header">
    <h1 className="brand">
      <img className="brand-mark" src="/icons/icon.svg" width="28" height="28" alt="" />
      {words.name}
    </h1>
    <nav aria-label={words.navigation}>
      <ul className="nav">
        {routes.map(({ path, label }) => (
          <li key={path}>
            <a
              data-label={label}
              href={routeHref(path)}
              aria-current={path === current.path ? "page" : undefined}
            >
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  </header>
);

const Footer = ({ install }: { readonly install: () => Promise<void> }) => {
  const version = useView((state) => state.build.version);
  // Not before somebody has seen that it works.
  const offered = useView((state) => state.installable && state.node.accepted > 0);
  return (
    <footer className="footer">
      <span>{words.version(version)}</span>
      {offered ? (
        <button type="button" className="button small" onClick={() => void install()}>
          {words.install}
        </button>
      ) : null}
    </footer>
  );
};
