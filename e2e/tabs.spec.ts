import { expect, test } from "playwright/test";
import { runCli } from "./harness/cli.ts";
import { submit, vectorsOf, watchToEnd } from "./harness/job.ts";
import { onStand } from "./harness/stand.ts";

test.describe("one browser is one node", () => {
  test("8 tabs: one leads, seven watch, and the node still proves", async () => {
    await onStand({}, async ({ coordinator, volunteer, tab }) => {
      const others = [];
      for (let count = 1; count < 8; count += 1) others.push(await volunteer.openPage());
      for (const other of others) {
        await expect(other.page.getByText(/another tab/i).first()).toBeVisible();
      }
      const [vector] = (await vectorsOf("addition")).good;
      const inputs = Array.from({ length: 5 }, () => vector?.input ?? {});
      const jobId = await submit(coordinator, "addition", inputs);
      const watched = await watchToEnd(coordinator, jobId);
      expect(watched.code, watched.stdout + watched.stderr).toBe(0);
      // Eight tabs are one worker with one registration: the other seven keep no stream of their own.
      const metrics = await (await fetch(`${coordinator.adminUrl}/metrics`)).text();
      const registrations = /^coordinator_rpc_calls_total\{[^}]*RegisterWorker[^}]*\} (\d+)$/gm;
      expect([...metrics.matchAll(registrations)].map((match) => match[1])).toEqual(["1"]);
      const stats = await runCli(coordinator, ["stats", "--json"]);
      expect(stats.json().nodes_active, stats.stdout).toBe(1);
      for (const watcher of [tab, ...others]) {
        await watcher.until("5 accepted in every tab", (state) => state.accepted === 5);
      }
    });
  });

  test("the leading tab is closed: another one goes on within 2 s", async () => {
    await onStand({}, async ({ coordinator, volunteer, tab }) => {
      const second = await volunteer.openPage();
      await expect(second.page.getByText(/another tab/i).first()).toBeVisible();
      const closedAt = Date.now();
      await tab.page.close({ runBeforeUnload: true });
      await second.until(
        "the second tab leads",
        (state) => state.phase.name === "starting" || state.phase.name === "running",
        20_000,
      );
      test.info().annotations.push({
        type: "promotion",
        description: `${String(Date.now() - closedAt)} ms`,
      });
      const [vector] = (await vectorsOf("addition")).good;
      const jobId = await submit(coordinator, "addition", [vector?.input ?? {}]);
      const watched = await watchToEnd(coordinator, jobId);
      expect(watched.code, watched.stdout + watched.stderr).toBe(0);
    });
  });
});
