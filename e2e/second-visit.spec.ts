import { expect, test } from "playwright/test";
import type { Coordinator } from "./harness/coordinator.ts";
import { submit, vectorsOf, watchToEnd } from "./harness/job.ts";
import { onStand } from "./harness/stand.ts";

/** Counted by the coordinator itself, so that no cache between can hide a download. */
const artifactRequests = async (coordinator: Coordinator): Promise<number> => {
  const metrics = await (await fetch(`${coordinator.adminUrl}/metrics`)).text();
  const counts = [...metrics.matchAll(/^artifact_requests_total\{[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, match) => sum + Number(match[1]), 0);
};

const proveOne = async (coordinator: Coordinator): Promise<void> => {
  const [vector] = (await vectorsOf("merkle_proof")).good;
  const jobId = await submit(coordinator, "merkle_proof", [vector?.input ?? {}]);
  const watched = await watchToEnd(coordinator, jobId);
  expect(watched.code, watched.stdout + watched.stderr).toBe(0);
};

test("a second visit proves without fetching a key; offline, the shell still opens", async () => {
  await onStand({}, async ({ coordinator, volunteer, tab }) => {
    await proveOne(coordinator);
    const fetched = await artifactRequests(coordinator);
    expect(fetched, "the first visit fetches wasm, zkey and vkey").toBeGreaterThanOrEqual(3);
    await tab.page.close();
    const again = await volunteer.openPage();
    await again.start();
    await proveOne(coordinator);
    expect(await artifactRequests(coordinator)).toBe(fetched);

    await again.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await coordinator.kill("SIGTERM");
    await again.page.reload();
    await expect(again.page.getByRole("heading", { name: "Prove@Home" })).toBeVisible();
    await expect(again.page.getByText(/no connection|cannot reach|offline/i).first()).toBeVisible({
      timeout: 60_000,
    });
    await coordinator.restart();
    await proveOne(coordinator);
  });
});
