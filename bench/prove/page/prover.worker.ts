/** One prover: a competitor and a circuit, whose files stay in memory as they do in a node's prover. */
import { expose } from "comlink";
import type { SnarkjsJob } from "../../../src/prover/engine/snarkjs.ts";
import type { Prover } from "../competitor.ts";
import { provers } from "../competitors.ts";
import type { ProverWorker } from "../protocol.ts";

let competitor: string | undefined;
let job: SnarkjsJob | undefined;
let prover: Prover | undefined;

const fetchBytes = async (url: string): Promise<Uint8Array> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

const worker: ProverWorker = {
  load: async (named, { id, curve }) => {
    competitor = named;
    job = {
      curve,
      zkey: await fetchBytes(`/circuits/${id}.zkey`),
      wtns: await fetchBytes(`/circuits/${id}.wtns`),
      onStep: () => undefined,
    };
  },
  open: async () => {
    const found = provers.find(({ id }) => id === competitor);
    if (found === undefined) throw new Error(`there is no competitor ${String(competitor)}`);
    prover = await found.open();
    return prover !== undefined;
  },
  prove: async () => {
    if (prover === undefined || job === undefined) throw new Error("the prover is not open");
    return prover.prove(job);
  },
  memoryBytes: () => prover?.memoryBytes() ?? 0,
};

expose(worker);
