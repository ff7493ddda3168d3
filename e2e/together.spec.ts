import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "playwright/test";
import { runCli } from "./harness/cli.ts";
import { projectRoot, type Coordinator } from "./harness/coordinator.ts";
import { submit, watchToEnd, withBundle } from "./harness/job.ts";
import { onStand } from "./harness/stand.ts";
import { verifiesByNoble, verifiesBySnarkjs } from "./harness/verify.ts";

const folder = process.env.BENCH_CIRCUITS ?? path.join(projectRoot, "..", "shared", "circuits");

/** Over a domain of 2^16 elements, from which on provers work together. */
const id = "c16s";
const file = (name: string): string => path.join(folder, id, name);

const addCircuit = async (coordinator: Coordinator): Promise<void> => {
  const files = ["--wasm", file(`${id}.wasm`), "--zkey", file(`${id}.zkey`)];
  const added = await runCli(coordinator, ["circuit", "add", "--id", id, ...files]);
  expect(added.code, added.stderr).toBe(0);
};

test("two provers make one large proof, and their lanes say so", async () => {
  test.skip(!existsSync(file(`${id}.zkey`)), `no ${id} in ${folder} (BENCH_CIRCUITS)`);
  await onStand({ concurrency: 2 }, async ({ coordinator, tab }) => {
    await addCircuit(coordinator);
    const input = JSON.parse(await readFile(file("input.json"), "utf8")) as object;
    const together = tab.until("one proves and the other helps", ({ provers }) => {
      const leader = provers.findIndex(({ name }) => name === "proving");
      return provers.some((prover) => prover.name === "helping" && prover.leader === leader);
    });
    // Waited for from before: it is there for half a second.
    const shown = tab.page.getByText(/^Helping prover [12]$/).waitFor({ timeout: 120_000 });
    const jobId = await submit(coordinator, id, [input]);
    await Promise.all([together, shown]);
    const watched = await watchToEnd(coordinator, jobId);
    expect(watched.code, watched.stdout + watched.stderr).toBe(0);
    await withBundle(coordinator, jobId, async (bundle) => {
      expect(await verifiesBySnarkjs(bundle)).toBe(true);
      expect(verifiesByNoble(bundle)).toBe(true);
    });
    // Free again, both: the next two tasks are proven side by side.
    await tab.until("no one helps", ({ provers }) => provers.every(({ name }) => name === "idle"));
    const both = tab.until(
      "both prove",
      ({ provers }) => provers.filter(({ name }) => name === "proving").length === 2,
    );
    const pair = await watchToEnd(coordinator, await submit(coordinator, id, [input, input]));
    expect(pair.code, pair.stdout + pair.stderr).toBe(0);
    await both;
  });
});
