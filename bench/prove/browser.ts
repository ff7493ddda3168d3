/** A Chromium with a new profile, and the benchmark's page in it. */
import { startVolunteer } from "../../e2e/harness/volunteer.ts";
import type { BenchPage } from "./protocol.ts";

export type Browser = {
  /** The profile folder; names the browser's processes. */
  readonly profile: string;
  /** Chromium's. */
  readonly version: () => Promise<string>;
  readonly openPage: () => Promise<BrowserPage>;
  /** Ends it and starts it again, with all that it keeps on disk. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type BrowserPage = { readonly bench: BenchPage; readonly close: () => Promise<void> };

export const openBrowser = async (url: string, jsFlags: string | undefined): Promise<Browser> => {
  const flags = jsFlags === undefined ? [] : [`--js-flags=${jsFlags}`];
  const volunteer = await startVolunteer({ url, browserArgs: flags });
  return {
    profile: volunteer.profile,
    version: async () => {
      const page = await volunteer.context.newPage();
      const agent = await page.evaluate(() => navigator.userAgent);
      await page.close();
      return /Chrome\/(\d+)/.exec(agent)?.[1] ?? "of an unknown version";
    },
    openPage: async () => {
      const page = await volunteer.context.newPage();
      await page.goto(url);
      await page.waitForFunction("'bench' in globalThis");
      // As text: of a function handed over, the compiler's helpers would be missing in the page.
      const call = async <Result>(name: keyof BenchPage, ...args: readonly unknown[]) =>
        page.evaluate<Result>(`bench.${name}(${args.map((arg) => JSON.stringify(arg)).join()})`);
      return {
        bench: {
          startProver: (...args) => call("startProver", ...args),
          firstProof: (...args) => call("firstProof", ...args),
          prove: (...args) => call("prove", ...args),
          memory: (...args) => call("memory", ...args),
          startKey: (...args) => call("startKey", ...args),
          convertKey: (...args) => call("convertKey", ...args),
          openKey: (...args) => call("openKey", ...args),
          startTeam: (...args) => call("startTeam", ...args),
          proveInTeam: (...args) => call("proveInTeam", ...args),
          startWitness: (...args) => call("startWitness", ...args),
          runWitness: (...args) => call("runWitness", ...args),
          startPrimitives: (...args) => call("startPrimitives", ...args),
          runPrimitive: (...args) => call("runPrimitive", ...args),
        },
        close: () => page.close(),
      };
    },
    restart: async () => {
      await volunteer.context.close();
      await volunteer.reopen();
    },
    close: volunteer.close,
  };
};
