import { expect, test, type Page } from "playwright/test";
import { startCoordinator } from "./harness/coordinator.ts";
import { startFront, type Front } from "./harness/front.ts";
import { submit, vectorsOf, watchToEnd } from "./harness/job.ts";
import { midProof, slowEngine } from "./harness/stand.ts";
import { startVolunteer } from "./harness/volunteer.ts";

const isSecondBuild = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.querySelector('meta[name="build"][content="second"]') !== null);

/** What the page does each hour by itself. */
const lookForUpdate = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
  });

/** A browser on a first visit, whose page is kept whole, and a front that can bring a new build. */
const onFirstVisit = async (
  journey: (stand: {
    readonly coordinator: Awaited<ReturnType<typeof startCoordinator>>;
    readonly front: Front;
    readonly volunteer: Awaited<ReturnType<typeof startVolunteer>>;
  }) => Promise<void>,
): Promise<void> => {
  const coordinator = await startCoordinator({ env: { NODE_ENV: "production" } });
  const front = await startFront(coordinator.url);
  const volunteer = await startVolunteer({ url: front.url });
  try {
    await journey({ coordinator, front, volunteer });
  } finally {
    await volunteer.close();
    await front.close();
    await coordinator.close();
  }
};

test("a new build during a first visit waits for the proof, and for the person", async () => {
  await onFirstVisit(async ({ coordinator, front, volunteer }) => {
    const tab = await volunteer.openPage(`&engine=${slowEngine}`);
    const { page } = tab;
    let loads = 0;
    page.on("load", () => (loads += 1));
    await tab.start();
    await tab.until("running", (state) => state.phase.name === "running");
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    expect(loads, "taking the first page into care loads nothing anew").toBe(0);

    const [vector] = (await vectorsOf("merkle_proof")).good;
    const inputs = Array.from({ length: 6 }, () => vector?.input ?? {});
    const jobId = await submit(coordinator, "merkle_proof", inputs);
    await midProof(tab);
    front.release();
    await lookForUpdate(page);
    const update = page.getByRole("button", { name: "Update now" });
    await expect(update).toBeVisible();
    await midProof(tab);
    await expect(update).toBeDisabled();
    expect(await isSecondBuild(page)).toBe(false);

    const watched = await watchToEnd(coordinator, jobId);
    expect(watched.code, watched.stdout + watched.stderr).toBe(0);
    expect(loads, "no proof was lost to a reload").toBe(0);
    await expect(update).toBeEnabled();
    await update.click();
    await expect.poll(() => isSecondBuild(page).catch(() => false)).toBe(true);
    // It was proving before, so it goes on by itself.
    await tab.until("running again", (state) => state.phase.name === "running");
    const [next] = (await vectorsOf("addition")).good;
    const after = await submit(coordinator, "addition", [next?.input ?? {}]);
    expect((await watchToEnd(coordinator, after)).code).toBe(0);
  });
});

test("an update from one tab loads the other anew between tasks", async () => {
  await onFirstVisit(async ({ front, volunteer }) => {
    const leader = await volunteer.openPage();
    await leader.start();
    await leader.until("running", (state) => state.phase.name === "running");
    await leader.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const other = await volunteer.openPage();
    front.release();
    await lookForUpdate(other.page);
    await other.page.getByRole("button", { name: "Update now" }).click();
    for (const { page } of [leader, other]) {
      await expect.poll(() => isSecondBuild(page).catch(() => false)).toBe(true);
    }
    await other.until("one tab leads on", (state) =>
      state.phase.name === "following"
        ? state.phase.leader.name === "running"
        : state.phase.name === "running",
    );
  });
});
