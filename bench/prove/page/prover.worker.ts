/** One prover: a competitor and a circuit. */
import { expose } from "comlink";
import type { Prover, ProvingFiles } from "../competitor.ts";
import { provers } from "../competitors.ts";
import type { ProverWorker } from "../protocol.ts";

let competitor: string | undefined;
let files: ProvingFiles | undefined;
let prover: Prover | undefined;

const fetchFile = async (url: string): Promise<Blob> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.blob();
};

const worker: ProverWorker = {
  load: async (named, { id, curve }, visit) => {
    competitor = named;
    const zkey = await fetchFile(`/circuits/${id}.zkey`);
    const wtns = new Uint8Array(await (await fetchFile(`/circuits/${id}.wtns`)).arrayBuffer());
    files = { circuit: id, curve, zkey, wtns, visit };
  },
  open: async () => {
    const found = provers.find(({ id }) => id === competitor);
    if (found === undefined) throw new Error(`there is no competitor ${String(competitor)}`);
    prover = await found.open();
    return prover !== undefined;
  },
  prove: async () => {
    if (prover === undefined || files === undefined) throw new Error("the prover is not open");
    return prover.prove(files);
  },
  memoryBytes: () => prover?.memoryBytes() ?? 0,
};

expose(worker);
