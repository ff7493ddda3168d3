/** Draws the PNG icons from public/icons/icon.svg: `npx tsx scripts/icons.ts`. Run it after a change of the drawing. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { chromium } from "playwright/test";
import { resolveChromium } from "./chromium.ts";

type Icon = {
  readonly file: string;
  /** Edge in pixels. */
  readonly size: number;
  /** Edge of the drawing as a share of the icon: systems may cut a maskable icon down to its middle 80 %. */
  readonly share: number;
};

const icons: readonly Icon[] = [
  { file: "icon-192.png", size: 192, share: 1 },
  { file: "icon-512.png", size: 512, share: 1 },
  { file: "icon-maskable-512.png", size: 512, share: 0.8 },
];

/** The drawing's own ground, which a maskable icon fills to the edge. */
const GROUND = "#0b6b5d";

const folder = path.join(import.meta.dirname, "..", "public", "icons");
const drawing = await readFile(path.join(folder, "icon.svg"), "utf8");
const { executablePath, args } = await resolveChromium();
const browser = await chromium.launch({ executablePath, args: [...args] });
try {
  for (const { file, size, share } of icons) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const edge = size * share;
    const ground = share < 1 ? GROUND : "transparent";
    await page.setContent(
      `<style>body{margin:0;height:100vh;display:grid;place-items:center;background:${ground}}
       svg{display:block;width:${edge}px;height:${edge}px}</style>${drawing}`,
    );
    await page.screenshot({ path: path.join(folder, file), omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
