import { expect, test } from "playwright/test";
import { runCli } from "./harness/cli.ts";
import { submit, trySubmit, vectorsOf, watchToEnd } from "./harness/job.ts";
import { onStand } from "./harness/stand.ts";

const builtIn = ["addition", "addition_bls12381", "range_proof", "merkle_proof"];

test("what cannot be proven is refused at submit, or ends as failed with its reason", async () => {
  await onStand({}, async ({ coordinator }) => {
    for (const circuit of builtIn) {
      const vectors = await vectorsOf(circuit);
      for (const { input, field } of vectors.malformed) {
        const refused = await trySubmit(coordinator, circuit, [input]);
        expect(refused.code, `${circuit} ${JSON.stringify(input)}`).not.toBe(0);
        expect(refused.stderr + refused.stdout).toContain(field);
      }
      for (const { input } of vectors.unsatisfiable) {
        const jobId = await submit(coordinator, circuit, [input]);
        const watched = await watchToEnd(coordinator, jobId);
        expect(watched.code, `${circuit} ${JSON.stringify(input)}`).toBe(1);
        const got = await runCli(coordinator, ["get", jobId, "--out", coordinator.dataDir]);
        expect(got.code).not.toBe(0);
        expect(got.stderr + got.stdout).toMatch(/constraint|satisf|assert/i);
      }
    }
    const unknown = await trySubmit(coordinator, "no_such_circuit", [{ a: "1" }]);
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr + unknown.stdout).toContain("no_such_circuit");
    const unmarked = await runCli(coordinator, [
      "submit",
      "--circuit",
      "addition",
      "--input",
      "circuits/addition/vectors.json",
    ]);
    expect(unmarked.code).toBe(2);
    expect(unmarked.stderr).toContain("--public-inputs-ok");
  });
});
