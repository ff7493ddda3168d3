import { expect, test } from "playwright/test";
import { runCli } from "./harness/cli.ts";
import { startCoordinator } from "./harness/coordinator.ts";
import { submit, vectorsOf, watchToEnd } from "./harness/job.ts";
import { startVolunteer } from "./harness/volunteer.ts";

test("50 merkle tasks over 2 provers: each accepted exactly once", async () => {
  const coordinator = await startCoordinator({ env: { NODE_ENV: "production" } });
  const volunteer = await startVolunteer({ url: coordinator.url, concurrency: 2 });
  try {
    const tab = await volunteer.openPage();
    await tab.start();
    const [vector] = (await vectorsOf("merkle_proof")).good;
    if (vector === undefined) throw new Error("merkle_proof has no good vector");
    const inputs = Array.from({ length: 50 }, (_, index) => ({
      leaves: ["0x01", "0x02", `0x${(index + 3).toString(16).padStart(4, "0")}`],
      leaf_index: index % 3,
    }));
    const jobId = await submit(coordinator, "merkle_proof", inputs);
    const bothProving = tab.until(
      "both provers at work",
      (state) => state.provers.filter((prover) => prover.name === "proving").length === 2,
    );
    const watched = await watchToEnd(coordinator, jobId);
    expect(watched.code, watched.stdout + watched.stderr).toBe(0);
    await bothProving;
    const job = (await runCli(coordinator, ["jobs", "show", jobId, "--json"])).json();
    const tasks = job.tasks as readonly {
      readonly state: string;
      readonly attempts: readonly { readonly outcome: string }[];
    }[];
    expect(tasks).toHaveLength(50);
    const acceptedPerTask = tasks.map(
      (task) => task.attempts.filter((attempt) => attempt.outcome === "accepted").length,
    );
    expect(acceptedPerTask).toEqual(Array.from({ length: 50 }, () => 1));
    const state = await tab.until("50 accepted", (seen) => seen.accepted >= 50);
    expect(state.accepted).toBe(50);
  } finally {
    await volunteer.close();
    await coordinator.close();
  }
});
