/** Every screen: adding one is a row here and a folder beside it. All but the home screen are fetched when they are opened. */
import { lazy, type ComponentType } from "react";
import type { PanelProps } from "./commands.ts";
import { Home } from "./home/home.tsx";

export type Route = {
  readonly path: string;
  readonly label: string;
  readonly Panel: ComponentType<PanelProps>;
};

const home: Route = { path: "/", label: "Home", Panel: Home };

export const routes: readonly Route[] = [
  home,
  {
    path: "/settings",
    label: "Settings",
    Panel: lazy(async () => ({ default: (await import("./settings/settings.tsx")).SettingsPanel })),
  },
  {
    path: "/logs",
    label: "Logs",
    Panel: lazy(async () => ({ default: (await import("./logs/logs.tsx")).LogsPanel })),
  },
  {
    path: "/storage",
    label: "Storage",
    Panel: lazy(async () => ({ default: (await import("./storage/storage.tsx")).StoragePanel })),
  },
  {
    path: "/about",
    label: "About",
    Panel: lazy(async () => ({ default: (await import("./about/about.tsx")).AboutPanel })),
  },
];

/** The route for a path; an unknown one is home. */
export const routeFor = (path: string): Route =>
  routes.find((route) => route.path === path) ?? home;
