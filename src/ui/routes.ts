/** Every screen: adding one is a row here and a folder beside it. All but the home screen are fetched when they are opened. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { lazy, type ComponentType } from "react";
import type { PanelProps } from "./commands.ts";
import { Home } from "./home/home.tsx";
import { withScreenTexts } from "./language.ts";

export type Route = {
  readonly path: string;
  readonly label: MessageDescriptor;
  readonly Panel: ComponentType<PanelProps>;
};

const home: Route = { path: "/", label: msg`Home`, Panel: Home };

/** A screen that is fetched, with its texts, when it is opened. */
const later = (fetchPanel: () => Promise<ComponentType<PanelProps>>): Route["Panel"] =>
  lazy(async () => {
    const [panel] = await Promise.all([fetchPanel(), withScreenTexts()]);
    return { default: panel };
  });

export const routes: readonly Route[] = [
  home,
  {
    path: "/settings",
    label: msg`Settings`,
    Panel: later(async () => (await import("./settings/settings.tsx")).SettingsPanel),
  },
  {
    path: "/logs",
    label: msg`Logs`,
    Panel: later(async () => (await import("./logs/logs.tsx")).LogsPanel),
  },
  {
    path: "/storage",
    label: msg`Storage`,
    Panel: later(async () => (await import("./storage/storage.tsx")).StoragePanel),
  },
  {
    path: "/about",
    label: msg`About`,
    Panel: later(async () => (await import("./about/about.tsx")).AboutPanel),
  },
];

/** The route for a path; an unknown one is home. */
export const routeFor = (path: string): Route =>
  routes.find((route) => route.path === path) ?? home;
