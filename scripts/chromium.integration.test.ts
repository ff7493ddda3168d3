import { access } from "node:fs/promises";
import { chromium } from "playwright";
import { describe, expect, it, vi } from "vitest";
import { DEBIAN_CHROMIUM, npmChromium, resolveChromium, type Chromium } from "./chromium.ts";

const debianHasIt = await access(DEBIAN_CHROMIUM).then(
  () => true,
  () => false,
);

/** Starts it, opens a page that compiles WebAssembly and shows a text, and returns what the page says. */
const starts = async ({ executablePath, args }: Chromium) => {
  const browser = await chromium.launch({ executablePath, args: [...args] });
  try {
    const page = await browser.newPage();
    return await page.evaluate(async () => {
      const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
      await WebAssembly.compile(empty);
      const text = document.body.appendChild(document.createElement("span"));
      text.textContent = "text";
      // Without a font it has no width, and everything that looks for visible text fails.
      return { agent: navigator.userAgent, width: text.getBoundingClientRect().width };
    });
  } finally {
    await browser.close();
  }
};

const expectWhole = ({ agent, width }: Awaited<ReturnType<typeof starts>>): void => {
  expect(agent).toMatch(/Chrome\/\d+/);
  expect(width).toBeGreaterThan(10);
};

describe("resolveChromium", () => {
  it("refuses a CHROMIUM_PATH without a file, naming it", async () => {
    vi.stubEnv("CHROMIUM_PATH", "/nowhere/chromium");
    await expect(resolveChromium()).rejects.toThrow(/CHROMIUM_PATH is "\/nowhere\/chromium"/);
    vi.unstubAllEnvs();
  });

  it.skipIf(!debianHasIt)("finds Debian's, and it starts", async () => {
    const found = await resolveChromium();
    expect(found.executablePath).toBe(process.env.CHROMIUM_PATH ?? DEBIAN_CHROMIUM);
    expectWhole(await starts(found));
  });

  it("unpacks npm's, and it starts, leaving TMPDIR as it was", async () => {
    const before = process.env.TMPDIR;
    const found = await npmChromium();
    expect(process.env.TMPDIR).toBe(before);
    expectWhole(await starts(found));
  });
});
