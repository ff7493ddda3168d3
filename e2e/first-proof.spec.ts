import { expect, test } from "playwright/test";
import { startCoordinator, type Coordinator } from "./harness/coordinator.ts";
import { submit, vectorsOf, watchToEnd, withBundle } from "./harness/job.ts";
import { runCli } from "./harness/cli.ts";
import { verifiesByNoble, verifiesBySnarkjs } from "./harness/verify.ts";
import { startVolunteer, type NodePage, type Volunteer } from "./harness/volunteer.ts";

test.describe("a browser proves what an owner submits", () => {
  let coordinator: Coordinator;
  let volunteer: Volunteer;
  let tab: NodePage;

  test.beforeAll(async () => {
    coordinator = await startCoordinator({ env: { NODE_ENV: "production" } });
    volunteer = await startVolunteer({ url: coordinator.url });
    tab = await volunteer.openPage();
    await tab.start();
    await tab.until("running", (state) => state.phase.name === "running");
  });

  test.afterAll(async () => {
    await volunteer.close();
    await coordinator.close();
  });

  for (const circuit of ["addition", "addition_bls12381", "range_proof", "merkle_proof"]) {
    test(`${circuit}: accepted, fetched and verified by two independent verifiers`, async () => {
      const [vector] = (await vectorsOf(circuit)).good;
      if (vector === undefined) throw new Error(`${circuit} has no good vector`);
      const jobId = await submit(coordinator, circuit, [vector.input]);
      const watched = await watchToEnd(coordinator, jobId);
      expect(watched.code, watched.stdout + watched.stderr).toBe(0);
      await withBundle(coordinator, jobId, async (bundle) => {
        expect(bundle.publicSignals).toEqual(vector.publicSignals);
        expect(await verifiesBySnarkjs(bundle)).toBe(true);
        expect(verifiesByNoble(bundle)).toBe(true);
        const offline = await runCli({ url: "http://127.0.0.1:1", dataDir: "/nonexistent" }, [
          "verify",
          bundle.dir,
        ]);
        expect(offline.code, offline.stderr).toBe(0);
        // The negative control: the same bundle with another public signal is refused by both.
        const forged = { ...bundle, publicSignals: bundle.publicSignals.map(() => "1") };
        expect(await verifiesBySnarkjs(forged)).toBe(false);
        expect(verifiesByNoble(forged)).toBe(false);
      });
    });
  }

  test("the page shows the receipts and verifies one", async () => {
    const state = await tab.until("four receipts", (seen) => seen.receipts.length >= 4);
    expect(state.accepted).toBeGreaterThanOrEqual(4);
    await tab.page
      .getByRole("button", { name: /verify/i })
      .first()
      .click();
    await expect(
      tab.page.getByText(/signature holds, names this proof, proof verifies/i).first(),
    ).toBeVisible({ timeout: 60_000 });
  });
});
