/** A volunteer's browser: real Chromium with a profile folder of its own, which outlives a kill of the browser. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { chromium, type BrowserContext, type Page } from "playwright/test";
import { resolveChromium } from "../../scripts/chromium.ts";
import type { NodeState } from "../../src/store/state.ts";

/** Ten times what a proof of the largest circuit of these tests takes on a busy machine. */
const PROOF_DEADLINE_MS = 120_000;

export type Volunteer = {
  readonly context: BrowserContext;
  /** The profile folder; names the browser's processes. */
  readonly profile: string;
  readonly openPage: (query?: string) => Promise<NodePage>;
  /** SIGKILL to the whole browser; the profile stays. */
  readonly kill: () => Promise<void>;
  /** Opens the browser again on the same profile. */
  readonly reopen: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** One tab of the page, and the node's state as it publishes it to every tab of its browser. */
export type NodePage = {
  readonly page: Page;
  readonly state: () => Promise<NodeState | undefined>;
  /** Waits until the published state fits; fails with the last state in the message. */
  readonly until: (
    what: string,
    fits: (state: NodeState) => boolean,
    deadlineMs?: number,
  ) => Promise<NodeState>;
  readonly start: () => Promise<void>;
};

export type VolunteerOptions = {
  readonly url: string;
  /** Provers; goes into the page's address. */
  readonly concurrency?: number;
  /** Further arguments for Chromium. */
  readonly browserArgs?: readonly string[];
};

/** Starts Chromium with a new profile on the coordinator's page. */
export const startVolunteer = async (options: VolunteerOptions): Promise<Volunteer> => {
  const profile = await mkdtemp(path.join(tmpdir(), "prove-at-home-profile-"));
  const { executablePath, args } = await resolveChromium();
  const launch = (): Promise<BrowserContext> =>
    chromium.launchPersistentContext(profile, {
      executablePath,
      args: [...args, ...(options.browserArgs ?? [])],
    });
  let context = await launch();
  return {
    get context() {
      return context;
    },
    profile,
    openPage: async (query = "") => {
      const page = await context.newPage();
      await page.addInitScript(recordPublishedState);
      const concurrency = String(options.concurrency ?? 1);
      await page.goto(`${options.url}/?concurrency=${concurrency}${query}`);
      return nodePage(page);
    },
    kill: async () => {
      await killBrowserOf(profile);
      // The connection is gone: closing only tells Playwright so.
      await context.close().catch(() => undefined);
    },
    reopen: async () => {
      context = await launch();
    },
    close: async () => {
      await context.close().catch(() => undefined);
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

const recordPublishedState = (): void => {
  const channel = new BroadcastChannel("prove-at-home-node");
  channel.addEventListener("message", (event: MessageEvent<{ type?: string; state?: unknown }>) => {
    if (event.data.type === "state")
      Reflect.set(globalThis, "publishedNodeState", event.data.state);
  });
};

const nodePage = (page: Page): NodePage => {
  const state = (): Promise<NodeState | undefined> =>
    page
      .evaluate(() => Reflect.get(globalThis, "publishedNodeState") as NodeState | undefined)
      // The page is just being loaded again: nothing has been published to it.
      .catch(() => undefined);
  return {
    page,
    state,
    until: async (what, fits, deadlineMs = PROOF_DEADLINE_MS) => {
      const deadline = Date.now() + deadlineMs;
      let last: NodeState | undefined;
      while (Date.now() < deadline) {
        last = await state();
        if (last !== undefined && fits(last)) return last;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`${what}: not within ${String(deadlineMs)} ms; last ${JSON.stringify(last)}`);
    },
    start: async () => {
      await page.getByRole("button", { name: /^start/i }).click();
    },
  };
};

/** Playwright has no SIGKILL for a persistent context: the browser is the process with this profile that has no type. */
const killBrowserOf = async (profile: string): Promise<void> => {
  const { stdout } = await promisify(execFile)("ps", ["-axww", "-o", "pid=,args="]);
  const browser = stdout
    .split("\n")
    .find((line) => line.includes(`--user-data-dir=${profile}`) && !line.includes("--type="));
  if (browser === undefined) throw new Error(`no browser runs on ${profile}`);
  process.kill(Number.parseInt(browser, 10), "SIGKILL");
};
