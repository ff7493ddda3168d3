import { expect, test } from "playwright/test";
import { attemptsOf, submit, vectorsOf, watchToEnd } from "./harness/job.ts";
import { midProof, onStand, slowEngine } from "./harness/stand.ts";

const merkleInputs = async (count: number): Promise<readonly object[]> => {
  const [vector] = (await vectorsOf("merkle_proof")).good;
  if (vector === undefined) throw new Error("merkle_proof has no good vector");
  return Array.from({ length: count }, () => vector.input);
};

test.describe("an interruption in the middle of a proof", () => {
  test("reload: the node goes on by itself and the task is accepted once", async () => {
    await onStand({ engine: slowEngine }, async ({ coordinator, tab }) => {
      const jobId = await submit(coordinator, "merkle_proof", await merkleInputs(1));
      await midProof(tab);
      await tab.page.reload();
      const watched = await watchToEnd(coordinator, jobId);
      expect(watched.code, watched.stdout + watched.stderr).toBe(0);
      const [task] = await attemptsOf(coordinator, jobId);
      expect(task?.map((attempt) => attempt.outcome).at(-1)).toBe("accepted");
      // Whichever came first, the goodbye or the new registration, took the attempt back: no lease had to run out.
      for (const { outcome, reason } of task?.slice(0, -1) ?? []) {
        const how = outcome === "released" ? outcome : `${outcome}: ${reason}`;
        expect(["released", "expired: its node came back without it"]).toContain(how);
      }
    });
  });

  test("tab closed: the goodbye gives the task back long before its lease ends", async () => {
    await onStand({ engine: slowEngine }, async ({ coordinator, tab }) => {
      const jobId = await submit(coordinator, "merkle_proof", await merkleInputs(1));
      const attemptId = await midProof(tab);
      await tab.page.close({ runBeforeUnload: true });
      await expect
        .poll(async () => (await attemptsOf(coordinator, jobId))[0], { timeout: 10_000 })
        .toMatchObject([{ attempt_id: attemptId, outcome: "released" }]);
    });
  });

  test("coordinator killed and restarted: the same attempt is accepted, proving time is kept", async () => {
    await onStand({ engine: slowEngine }, async ({ coordinator, tab }) => {
      const jobId = await submit(coordinator, "merkle_proof", await merkleInputs(1));
      const attemptId = await midProof(tab);
      await coordinator.kill("SIGKILL");
      await coordinator.restart();
      const watched = await watchToEnd(coordinator, jobId);
      expect(watched.code, watched.stdout + watched.stderr).toBe(0);
      const [attempts] = await attemptsOf(coordinator, jobId);
      expect(attempts?.map(({ attempt_id, outcome }) => ({ attempt_id, outcome }))).toEqual([
        { attempt_id: attemptId, outcome: "accepted" },
      ]);
    });
  });

  test("browser killed and reopened: the task is proven again and accepted once", async () => {
    await onStand({ engine: slowEngine }, async ({ coordinator, volunteer, tab }) => {
      const jobId = await submit(coordinator, "merkle_proof", await merkleInputs(1));
      const lost = await midProof(tab);
      await volunteer.kill();
      await volunteer.reopen();
      const again = await volunteer.openPage();
      await again.start();
      const watched = await watchToEnd(coordinator, jobId);
      expect(watched.code, watched.stdout + watched.stderr).toBe(0);
      const [attempts] = await attemptsOf(coordinator, jobId);
      expect(attempts?.map((attempt) => attempt.outcome)).toEqual(["expired", "accepted"]);
      expect(attempts?.[0]?.attempt_id).toBe(lost);
    });
  });
});
