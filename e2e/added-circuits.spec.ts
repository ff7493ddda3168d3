import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "playwright/test";
import { runCli } from "./harness/cli.ts";
import { projectRoot } from "./harness/coordinator.ts";
import { submit, watchToEnd, withBundle } from "./harness/job.ts";
import { onStand } from "./harness/stand.ts";
import { verifiesByNoble, verifiesBySnarkjs } from "./harness/verify.ts";

const folder = process.env.BENCH_CIRCUITS ?? path.join(projectRoot, "..", "shared", "circuits");

test("circuits that are added while nodes run are proven and verified", async () => {
  test.skip(!existsSync(folder), `no folder of extra circuits at ${folder} (BENCH_CIRCUITS)`);
  await onStand({ concurrency: 2 }, async ({ coordinator }) => {
    for (const id of ["semaphore20", "b14", "c14"]) {
      const file = (name: string): string => path.join(folder, id, name);
      const added = await runCli(coordinator, [
        ...["circuit", "add", "--id", id],
        ...["--wasm", file(`${id}.wasm`), "--zkey", file(`${id}.zkey`)],
      ]);
      expect(added.code, added.stderr).toBe(0);
      const input = JSON.parse(await readFile(file("input.json"), "utf8")) as object;
      const expected = JSON.parse(await readFile(file(`${id}.public.json`), "utf8")) as string[];
      const jobId = await submit(coordinator, id, [input]);
      const watched = await watchToEnd(coordinator, jobId);
      expect(watched.code, watched.stdout + watched.stderr).toBe(0);
      await withBundle(coordinator, jobId, async (bundle) => {
        expect(bundle.publicSignals).toEqual(expected);
        expect(await verifiesBySnarkjs(bundle)).toBe(true);
        expect(verifiesByNoble(bundle)).toBe(true);
        // The verification key is the one that was derived from the zkey, equal to snarkjs's own export.
        const vkey = JSON.parse(await readFile(file(`${id}.vkey.json`), "utf8")) as object;
        expect(bundle.vkey).toEqual(vkey);
      });
    }
    const removed = await runCli(coordinator, ["circuit", "remove", "c14"]);
    expect(removed.code, removed.stderr).toBe(0);
  });
});
