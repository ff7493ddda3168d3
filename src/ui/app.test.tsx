import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { afterEach, describe, expect, it } from "vitest";
import type { ReactNode } from "react";
import { renderToString } from "react-dom/server";
import type { KernelReport } from "../domain/engine.ts";
import type { EffectiveSettings } from "../node/protocol.ts";
import { inEnglish } from "../testing/english.ts";
import { initialState } from "../store/state.ts";
import { pageStore, type PageState } from "../store/store.ts";
import { links, phases, proverStates, proving, receipt } from "../testing/node-states.ts";
import { AboutPanel } from "./about/about.tsx";
import { App } from "./app.tsx";
import type { Commands } from "./commands.ts";
import { laneWords, stageWords } from "./lanes/words.ts";
import { LogsPanel } from "./logs/logs.tsx";
import { SettingsPanel } from "./settings/settings.tsx";
import { fieldWords } from "./settings/words.ts";
import { StoragePanel } from "./storage/storage.tsx";

const refuse = (): Promise<never> => Promise.reject(new Error("not while drawing"));
const nothing = (): void => undefined;
const commands: Commands = {
  start: refuse,
  stop: refuse,
  configure: refuse,
  settings: refuse,
  readLog: refuse,
  verifyReceipt: refuse,
  removeCircuit: refuse,
  about: refuse,
  checkReachable: refuse,
  reload: nothing,
  applyUpdate: nothing,
  install: refuse,
  storageUse: refuse,
  speak: refuse,
};

const draw = (state: Partial<PageState>, screen: ReactNode = <App commands={commands} />) => {
  pageStore.setState(
    { ...pageStore.getInitialState(), boot: { name: "attached" }, ...state },
    true,
  );
  return renderToString(<I18nProvider i18n={i18n}>{screen}</I18nProvider>).replaceAll(
    "<!-- -->",
    "",
  );
};

const node = (changes: Partial<typeof initialState>) => ({ node: { ...initialState, ...changes } });

const count = (html: string, part: RegExp): number => [...html.matchAll(part)].length;

afterEach(() => {
  pageStore.setState(pageStore.getInitialState(), true);
});

describe("the page in every state", () => {
  const states = phases.flatMap((phase) => links.map((link) => ({ phase, link })));

  it.each(states)("$phase with $link.name", (state) => {
    const html = draw(node({ ...state, provers: proverStates }));
    expect(html).toMatch(/<h1[^>]*>.*Prove@Home/);
    expect(count(html, /<h2 id="state-title"/g)).toBe(1);
    // One live region, one button that starts or stops.
    expect(count(html, /aria-live=/g)).toBe(1);
    expect(count(html, /<button[^>]*>(Start|Stop|Stop now|Try again)<\/button>/g)).toBe(1);
    // The content security policy refuses style attributes in markup.
    expect(html).not.toContain(" style=");
  });

  it.each(["loading", "unsupported"] as const)("%s: nothing can be pressed", (name) => {
    expect(draw({ boot: { name } })).toMatch(/<button[^>]*disabled[^>]*>Start<\/button>/);
  });
});

describe("lanes", () => {
  it("are there before the provers are, as many as there will be", () => {
    expect(count(draw({ expectedProvers: 3 }), /<li class="lane"/g)).toBe(3);
    const values = { ...settings.values, concurrency: 2 };
    const html = draw({ expectedProvers: 3, settings: { ...settings, values } });
    expect(count(html, /<li class="lane"/g)).toBe(2);
  });

  it("say the stage, draw the true share and mark practice", () => {
    const html = draw(
      node({ provers: [proving({ progress: { stage: "msm", share: 0.62, elapsedMs: 0 } })] }),
    );
    expect(html).toContain(inEnglish(stageWords.msm));
    expect(html).toMatch(/<progress[^>]*value="0.62"/);
    expect(html).toContain("62%");
    expect(html).toContain(inEnglish(laneWords.practice));
  });

  it("say how much of a key has come while it is fetched, and nothing of another's", () => {
    const progress = { stage: "key", share: 0, elapsedMs: 0 } as const;
    const prover = proving({ progress });
    const download = { circuitId: "merkle_proof", doneBytes: 500_000, totalBytes: 2_000_000 };
    const html = draw(node({ provers: [prover], download }));
    expect(html).toContain("Key: 500.0 kB of 2.0 MB");
    expect(html).toMatch(/<progress[^>]*value="0.25"/);
    const other = draw(node({ provers: [prover], download: { ...download, circuitId: "other" } }));
    expect(other).toContain(inEnglish(stageWords.key));
    expect(other).not.toContain("Key: ");
  });

  it("name the project of a task that is no practice", () => {
    const project = { name: "Open Ballot", purpose: "", url: "", practice: false };
    const html = draw(node({ provers: [proving({ project })] }));
    expect(html).toContain("Open Ballot");
    expect(html).not.toContain(inEnglish(laneWords.practice));
  });
});

describe("receipts", () => {
  it("the last ten, each with its own Verify", () => {
    const html = draw(node({ receipts: Array.from({ length: 30 }, (_, index) => receipt(index)) }));
    expect(count(html, />Verify<\/button>/g)).toBe(10);
  });

  it("none yet", () => {
    expect(draw({})).not.toContain(">Verify</button>");
  });
});

const settings: EffectiveSettings = {
  values: {
    coordinatorAddress: "",
    id: "node-1",
    concurrency: 2,
    heartbeatIntervalMs: 5_000,
    curves: ["bn128"],
    keepaliveTimeMs: 10_000,
    keepaliveTimeoutMs: 3_000,
    engine: "auto",
    allowUnsigned: false,
    logLevel: "warn",
  },
  sources: {
    coordinatorAddress: "config.json",
    id: "saved",
    concurrency: "url",
    heartbeatIntervalMs: "default",
    curves: "default",
    keepaliveTimeMs: "default",
    keepaliveTimeoutMs: "default",
    engine: "default",
    allowUnsigned: "default",
    logLevel: "default",
  },
  problems: [],
};

describe("settings", () => {
  const panel = <SettingsPanel commands={commands} />;

  it("every setting has its field, its rule and its source", () => {
    const html = draw({ settings, cores: 4 }, panel);
    for (const [name, { label, rule }] of Object.entries(fieldWords)) {
      expect(html).toContain(`name="${name}"`);
      expect(html).toContain(inEnglish(label));
      expect(html).toContain(inEnglish(rule));
    }
    expect(html).toMatch(/max="8"[^>]*name="concurrency"/);
    expect(html).toMatch(/name="heartbeatIntervalMs"[^>]*value="5"/);
    expect(html).toContain("from the page&#x27;s address");
    expect(html).toContain("from config.json");
    expect(html).not.toContain('aria-invalid="true"');
  });

  it("a broken rule stands at its field", () => {
    const problem = {
      field: "heartbeat_interval",
      value: "90s",
      rule: "must be at most 60s",
      source: "url",
    } as const;
    const html = draw({ settings: { ...settings, problems: [problem] } }, panel);
    expect(html).toMatch(/aria-invalid="true" name="heartbeatIntervalMs"/);
    expect(html).toMatch(/id="heartbeatIntervalMs-note">.*“90s” is not possible: it must be at/);
    expect(count(html, /aria-invalid="true"/g)).toBe(1);
  });
});

describe("the other screens", () => {
  it("storage lists what is kept, and offers to delete each", () => {
    const cached = [receipt(1), receipt(2)].map(({ circuitId }, index) => ({
      circuitId,
      bytes: 2_100_000 + index,
    }));
    const html = draw(node({ cached }), <StoragePanel commands={commands} />);
    expect(count(html, />Delete<\/button>/g)).toBe(2);
    expect(html).toContain("4.2 MB in 2 circuits");
  });

  it("about has the version at once, without the node's answer", () => {
    const html = draw(
      { build: { version: "1.2.3", commit: "abcdef" } },
      <AboutPanel commands={commands} />,
    );
    expect(html).toContain("1.2.3");
    expect(html).toContain("abcdef");
  });

  it("about shows how each kernel fared, by its curve", () => {
    const kernels: readonly KernelReport[] = [
      { curve: "bn128", kernel: "fma2", outcome: { name: "passed", nanoseconds: 4_249 } },
      { curve: "bn128", kernel: "ext4", outcome: { name: "failed", why: "its host is <away>" } },
      { curve: "bn128", kernel: "wide4", outcome: { name: "unsupported" } },
    ];
    const html = draw(node({ kernels }), <AboutPanel commands={commands} />);
    expect(html).toContain("4.2 µs");
    expect(html).toContain("not used: its host is &lt;away&gt;");
    expect(html).toContain("not in this browser");
    expect(html).toContain(">BN254</caption>");
    expect(html).not.toContain(">BLS12-381</caption>");
  });

  it("about says when kernels are tried, before they are", () => {
    const html = draw({}, <AboutPanel commands={commands} />);
    expect(html).toContain("is tried when the node starts");
    expect(html).not.toContain("<table");
  });

  it("logs draw before they are read", () => {
    expect(draw({}, <LogsPanel commands={commands} />)).toContain("Download");
  });
});

describe("notices", () => {
  const lacking = (id: "secure-context" | "webassembly" | "beacons", required: boolean) => ({
    features: [{ id, required, present: false }],
  });

  it.each([
    ["plain http", lacking("secure-context", false), /not secure.*npm start -- --tls/s],
    ["an old browser", lacking("webassembly", true), /lacks what proving needs.*Chrome or Edge/s],
    ["a lesser one", lacking("beacons", false), /without some conveniences/],
  ])("%s: what is missing and what helps", (_what, state, wanted) => {
    expect(draw(state)).toMatch(wanted);
  });

  it("nothing missing, no notice", () => {
    expect(draw({})).not.toContain('class="notice"');
  });

  it("a new version can be taken only while nothing is proven", () => {
    const button = (html: string) => /<button[^>]*>Update now<\/button>/.exec(html)?.[0];
    expect(button(draw({ update: "none" }))).toBeUndefined();
    expect(button(draw({ update: "ready" }))).not.toContain("disabled");
    const busy = draw({ update: "ready", ...node({ provers: [proving()] }) });
    expect(button(busy)).toContain("disabled");
  });

  it("installing is offered after the first accepted proof, not before", () => {
    expect(draw({ installable: true })).not.toContain("Install");
    expect(draw({ installable: true, ...node({ accepted: 1 }) })).toContain("Install");
    expect(draw({ installable: false, ...node({ accepted: 1 }) })).not.toContain("Install");
  });
});
