/** The modules that ship, in a browser's page of their own, without a coordinator. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type Browser, type Page } from "playwright/test";
import { build } from "vite";
import { resolveChromium } from "../../scripts/chromium.ts";
import { kernelModules } from "../../scripts/kernel-modules.ts";
import { serveStatic, type StaticSite } from "../harness/static-site.ts";
import type { Kernels } from "./page.ts";

export type KernelStand = {
  /** A new page with nothing loaded, in a browser that has all that Chromium can be asked for if `isEager`. */
  readonly openPage: (isEager: boolean) => Promise<Page>;
  readonly close: () => Promise<void>;
};

/** What V8 has but does not yet switch on by itself. */
const EAGER = "--js-flags=--wasm-wide-arithmetic";

export const startKernelStand = async (): Promise<KernelStand> => {
  const folder = await mkdtemp(path.join(tmpdir(), "prove-at-home-kernels-"));
  await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true, target: "es2022" },
    plugins: [kernelModules()],
  });
  const site = await serveStatic(folder);
  const browsers = new Map<boolean, Browser>();
  const browserFor = async (isEager: boolean): Promise<Browser> => {
    const known = browsers.get(isEager);
    if (known !== undefined) return known;
    const { executablePath, args } = await resolveChromium();
    const flags = isEager ? [...args, EAGER] : args;
    const browser = await chromium.launch({ executablePath, args: [...flags] });
    browsers.set(isEager, browser);
    return browser;
  };
  return {
    openPage: async (isEager) => openPage(await browserFor(isEager), site),
    close: async () => {
      for (const browser of browsers.values()) await browser.close();
      site.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** Calls a function of the page. */
export const call = <Name extends keyof Kernels>(
  page: Page,
  name: Name,
  ...parameters: Parameters<Kernels[Name]>
): Promise<Awaited<ReturnType<Kernels[Name]>>> =>
  page.evaluate(
    ([method, given]) => {
      const kernels = Reflect.get(globalThis, "kernels") as Record<
        string,
        (...all: unknown[]) => unknown
      >;
      return kernels[method]?.(...given);
    },
    [name, parameters] as [string, unknown[]],
  ) as Promise<Awaited<ReturnType<Kernels[Name]>>>;

const openPage = async (browser: Browser, site: StaticSite): Promise<Page> => {
  const page = await browser.newPage();
  await page.goto(site.url);
  await page.waitForFunction(() => "kernels" in globalThis);
  return page;
};
