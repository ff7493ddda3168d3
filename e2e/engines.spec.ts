/** Each way to prove that the setting `engine` can force, through the whole product, on both curves. */
import { expect, test } from "playwright/test";
import type { KernelName } from "../src/domain/engine.ts";
import { startCoordinator, type Coordinator } from "./harness/coordinator.ts";
import { submit, vectorsOf, watchToEnd } from "./harness/job.ts";
import { startVolunteer, type NodePage, type Volunteer } from "./harness/volunteer.ts";

/** On BN254 and on BLS12-381. */
const circuits = ["range_proof", "addition_bls12381"];

let coordinator: Coordinator;

test.beforeAll(async () => {
  coordinator = await startCoordinator({ env: { NODE_ENV: "production" } });
});

test.afterAll(async () => {
  await coordinator.close();
});

const withPage = async (
  { query, browserArgs = [] }: { query: string; browserArgs?: readonly string[] },
  use: (tab: NodePage, volunteer: Volunteer) => Promise<void>,
): Promise<void> => {
  const volunteer = await startVolunteer({ url: coordinator.url, browserArgs });
  try {
    const tab = await volunteer.openPage(query);
    await tab.start();
    await use(tab, volunteer);
  } finally {
    await volunteer.close();
  }
};

/** Has each circuit proven and returns the engines that the reports name. */
const proveAll = async (): Promise<readonly unknown[]> => {
  const before = coordinator.logs.length;
  for (const circuit of circuits) {
    const [vector] = (await vectorsOf(circuit)).good;
    const jobId = await submit(coordinator, circuit, [vector?.input ?? {}]);
    const watched = await watchToEnd(coordinator, jobId);
    expect(watched.code, watched.stdout + watched.stderr).toBe(0);
  }
  const reported = coordinator.logs.slice(before).filter(({ msg }) => msg === "Proof reported");
  expect(reported.map(({ verdict }) => verdict)).toEqual(circuits.map(() => "accepted"));
  return reported.map(({ engine }) => engine);
};

/** "fma2" of "core 1.0 fma2". */
const kernelOf = (engine: unknown): string | undefined =>
  /^core [\d.]+ (\w+)$/.exec(String(engine))?.[1];

const running = (tab: NodePage) => tab.until("running", ({ phase }) => phase.name === "running");

for (const kernel of ["fma2", "ext4", "scalar9"] satisfies readonly KernelName[]) {
  test(`${kernel} proves when it is set, and About says how fast it is`, async () => {
    await withPage({ query: `&engine=${kernel}` }, async (tab) => {
      await running(tab);
      expect((await proveAll()).map(kernelOf)).toEqual([kernel, kernel]);
      const { kernels } = await tab.until("both curves", (seen) => seen.kernels.length === 2);
      expect(kernels.map(({ outcome }) => outcome.name)).toEqual(["passed", "passed"]);
      await tab.page.getByRole("link", { name: "About" }).click();
      const row = tab.page.getByRole("row", { name: new RegExp(kernel) });
      await expect(row.first()).toContainText(/\d\s*µs/);
    });
  });
}

test("snarkjs proves when it is set, and no kernel is fetched", async () => {
  await withPage({ query: "&engine=snarkjs" }, async (tab, { context }) => {
    const modules: string[] = [];
    context.on("request", (request) => {
      if (/\/assets\/.*\.wasm$/.test(request.url())) modules.push(request.url());
    });
    await running(tab);
    expect(await proveAll()).toEqual(["snarkjs 0.7.6", "snarkjs 0.7.6"]);
    expect(modules).toEqual([]);
  });
});

test("the fastest that works proves when none is set", async () => {
  await withPage({ query: "" }, async (tab) => {
    await running(tab);
    const { kernels } = await tab.until("kernels", (seen) => seen.kernels.length > 0);
    const times = kernels.flatMap(({ kernel, outcome }) =>
      outcome.name === "passed" ? [{ kernel, ns: outcome.nanoseconds }] : [],
    );
    const [fastest] = times.sort((one, other) => one.ns - other.ns);
    expect(fastest).toBeDefined();
    expect((await proveAll()).map(kernelOf)[0]).toBe(fastest?.kernel);
  });
});

test("a kernel that this browser lacks is named, with what to set instead", async () => {
  await withPage({ query: "&engine=wide4" }, async (tab) => {
    await expect(tab.page.getByText(/engine is "wide4", which does not work here/i)).toBeVisible();
    await expect(tab.page.getByText(/set it to auto/)).toBeVisible();
  });
});

test("wide4 proves where the browser has wide arithmetic", async () => {
  const browserArgs = ["--js-flags=--wasm-wide-arithmetic"];
  await withPage({ query: "&engine=wide4", browserArgs }, async (tab) => {
    const state = await tab.until(
      "running, or refused",
      ({ phase }) => phase.name === "running" || phase.name === "idle",
    );
    test.skip(state.phase.name !== "running", "this browser has no wide arithmetic");
    expect((await proveAll()).map(kernelOf)).toEqual(["wide4", "wide4"]);
  });
});
