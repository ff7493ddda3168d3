/** Composition root of the page: makes each part once and joins them. The node itself lives in a worker. */
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { createRoot } from "react-dom/client";
import { NodeFailure } from "./domain/failure.ts";
import { build } from "./platform/page/build.ts";
import { checkFeatures } from "./platform/page/features.ts";
import { watchInstall } from "./platform/page/install.ts";
import { joinNode, withoutNode } from "./platform/page/join-node.ts";
import { isReachable } from "./platform/page/reach.ts";
import { keepLanguage } from "./platform/page/keep-language.ts";
import { keepShell } from "./platform/page/service-worker.ts";
import { askToKeep, storageUse } from "./platform/page/storage-use.ts";
import { urlOptions } from "./platform/page/url-options.ts";
import { pageStore, writePage } from "./store/store.ts";
import { mayUpdate } from "./store/view.ts";
import { App } from "./ui/app.tsx";
import type { Commands } from "./ui/commands.ts";
import { speak } from "./ui/language.ts";
import "./ui/styles/index.css";

const page = {
  origin: location.origin,
  urlOptions: urlOptions(new URL(location.href)),
  visible: document.visibilityState === "visible",
};
const features = checkFeatures(globalThis);
const supported = features.every((feature) => feature.present || !feature.required);
const cores = navigator.hardwareConcurrency;
// The default of the settings, or what the address says: the lanes are drawn before the node has read either.
const expectedProvers = Number(page.urlOptions.concurrency ?? Math.max(1, cores - 1));
writePage({ build, features, cores, expectedProvers: expectedProvers >= 1 ? expectedProvers : 1 });
if (page.urlOptions.version !== undefined && location.hash === "") location.replace("#/about");

const node = (supported ? joinNode : withoutNode)({
  page,
  onState: (state) => {
    // A node that tells its state is there, whatever call went unanswered before.
    const answers = pageStore.getState().boot.name === "failed";
    writePage({ node: state, ...(answers ? { boot: { name: "attached" } } : {}) });
  },
  onChange: () => void checkReachable(),
});

const shell = keepShell({
  offered: () => {
    writePage({ update: "ready" });
  },
  mayReload: () => mayUpdate(pageStore.getState().node),
});

const installOffer = watchInstall(window, (installable) => {
  writePage({ installable });
});

const nodeLost = (reason: unknown): void => {
  writePage({ boot: { name: "failed", message: NodeFailure.from(reason).message } });
};

const readSettings = async (): Promise<void> => {
  writePage({ settings: await node.commands.settings() });
};

/** Only of interest until the node has a link of its own, and only where page and coordinator are one host. */
const checkReachable = async (): Promise<void> => {
  const elsewhere = pageStore.getState().settings?.values.coordinatorAddress ?? "";
  writePage({ reachable: elsewhere !== "" || (await isReachable()) });
};

const attach = async (): Promise<void> => {
  await node.attached;
  writePage({ boot: { name: supported ? "attached" : "unsupported" } });
  if (supported) await Promise.all([readSettings(), checkReachable(), node.resume()]);
};
attach().catch(nodeLost);

pageStore.subscribe((state, before) => {
  if (mayUpdate(state.node)) shell.betweenTasks();
  if (state.node.phase.name === before.node.phase.name) return;
  // Starting reads every source anew.
  readSettings().catch(nodeLost);
  if (state.node.phase.name === "stopped" && state.update === "ready") shell.apply();
});

const language = keepLanguage({
  wanted: navigator.languages,
  speak: (tag) => speak(tag, document.documentElement),
});

const commands: Commands = {
  ...node.commands,
  start: () => {
    void askToKeep(navigator.storage);
    return node.commands.start().catch(nodeLost);
  },
  stop: () => node.commands.stop().catch(nodeLost),
  configure: async (changes) => {
    const outcome = await node.commands.configure(changes);
    await readSettings();
    return outcome;
  },
  checkReachable,
  reload: () => {
    location.reload();
  },
  applyUpdate: shell.apply,
  install: installOffer.show,
  storageUse: () => storageUse(navigator.storage),
  speak: language.choose,
};

const draw = (root: HTMLElement): void => {
  createRoot(root).render(
    <I18nProvider i18n={i18n}>
      <App commands={commands} />
    </I18nProvider>,
  );
};

const root = document.getElementById("root");
if (root !== null) void language.begin().then(() => draw(root));
