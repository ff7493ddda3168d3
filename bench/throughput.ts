/** Proofs per minute of the node with 1 and 2 provers beside snarkjs's default, in turns within one run. */
import { startCoordinator } from "../e2e/harness/coordinator.ts";
import { startVolunteer } from "../e2e/harness/volunteer.ts";
import type { BenchCircuit } from "./circuits.ts";
import { openOwner } from "./owner.ts";
import { openSnarkjsPage } from "./snarkjs-page.ts";
import { median } from "./statistics.ts";
import { NODE_WARM_UP } from "./warm-up.ts";

export type Throughput = {
  readonly circuit: string;
  /** Proofs per minute, medians over the rounds. */
  readonly snarkjsDefault: number;
  readonly node1: number;
  readonly node2: number;
  /** node2 / snarkjsDefault, the median of the ratios of each round. */
  readonly ratio: number;
};

export type Rounds = { readonly rounds: number; readonly proofsPerRound: number };

type Competitor = {
  /** Makes `count` proofs and returns the milliseconds that all of them took together. */
  readonly prove: (circuit: BenchCircuit, count: number) => Promise<number>;
  readonly close: () => Promise<void>;
};

/** snarkjs's modules and the JIT are warm after two. */
const SNARKJS_WARM_UP = 2;

/** Measures every circuit; what each competitor makes to warm up is not counted. */
export const measureThroughput = async (
  circuits: readonly BenchCircuit[],
  rounds: Rounds,
): Promise<readonly Throughput[]> => {
  const competitors = {
    snarkjs: await openSnarkjs(circuits),
    node1: await openNode(circuits, 1),
    node2: await openNode(circuits, 2),
  };
  try {
    const results: Throughput[] = [];
    for (const circuit of circuits) results.push(await compare(circuit, competitors, rounds));
    return results;
  } finally {
    for (const competitor of Object.values(competitors)) await competitor.close();
  }
};

const compare = async (
  circuit: BenchCircuit,
  competitors: Readonly<Record<"snarkjs" | "node1" | "node2", Competitor>>,
  { rounds, proofsPerRound }: Rounds,
): Promise<Throughput> => {
  const perMinute = async (competitor: Competitor, count: number): Promise<number> =>
    (60_000 * count) / (await competitor.prove(circuit, count));
  await competitors.snarkjs.prove(circuit, SNARKJS_WARM_UP);
  await competitors.node1.prove(circuit, NODE_WARM_UP);
  await competitors.node2.prove(circuit, NODE_WARM_UP);
  const samples = { snarkjs: [] as number[], node1: [] as number[], node2: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    samples.snarkjs.push(await perMinute(competitors.snarkjs, proofsPerRound));
    samples.node1.push(await perMinute(competitors.node1, proofsPerRound));
    samples.node2.push(await perMinute(competitors.node2, proofsPerRound));
  }
  const ratios = samples.node2.map((rate, round) => rate / (samples.snarkjs[round] ?? Number.NaN));
  return {
    circuit: circuit.id,
    snarkjsDefault: median(samples.snarkjs),
    node1: median(samples.node1),
    node2: median(samples.node2),
    ratio: median(ratios),
  };
};

const openSnarkjs = async (circuits: readonly BenchCircuit[]): Promise<Competitor> => {
  const volunteer = await startVolunteer({ url: "about:blank" });
  const page = await openSnarkjsPage(volunteer.context, circuits);
  return {
    prove: page.prove,
    close: async () => {
      await page.close();
      await volunteer.close();
    },
  };
};

const openNode = async (
  circuits: readonly BenchCircuit[],
  concurrency: number,
): Promise<Competitor> => {
  // Practice tasks would take turns with the measured ones.
  const coordinator = await startCoordinator({
    env: { NODE_ENV: "production" },
  });
  const owner = await openOwner(coordinator);
  for (const { id, folder } of circuits) {
    if (folder !== undefined) await owner.addCircuit(id, folder);
  }
  const volunteer = await startVolunteer({ url: coordinator.url, concurrency });
  const tab = await volunteer.openPage();
  await tab.start();
  await tab.until("running", (state) => state.phase.name === "running");
  return {
    prove: async (circuit, count) => {
      const begun = performance.now();
      await owner.finished(await owner.submit(circuit.id, circuit.input, count));
      return performance.now() - begun;
    },
    close: async () => {
      await volunteer.close();
      await coordinator.close();
    },
  };
};
