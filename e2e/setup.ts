import { buildPage } from "../scripts/build-page.ts";
import { resolveChromium } from "../scripts/chromium.ts";

/** Once, before all journeys: the page as it ships, and a Chromium that is ready to start. */
export default async function setUp(): Promise<void> {
  await resolveChromium();
  await buildPage();
}
