/** snarkjs, as its users call it and as our engine. The zkey stays in memory: snarkjs reads it for every proof. */
import { groth16 } from "snarkjs";
import { openSnarkjs } from "../../src/prover/engine/snarkjs.ts";
import { recordMemories } from "../../src/prover/engine/recorded-memories.ts";
import { encodeProof } from "../../src/wire/proof.ts";
import type { Prover, ProvingFiles } from "./competitor.ts";

/** What this project's figures are compared with. With `singleThread` snarkjs builds the curve anew for every proof. */
export const openPlainSnarkjs = (): Prover => {
  const readZkey = zkeyReader();
  let lastProofBytes = 0;
  return {
    prove: async (files) => {
      const zkey = await readZkey(files);
      const { value, memories } = await recordMemories(() =>
        groth16.prove(zkey, files.wtns, undefined, { singleThread: true }),
      );
      lastProofBytes = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
      return { bytes: encodeProof(files.curve, value.proof), publicSignals: value.publicSignals };
    },
    memoryBytes: () => lastProofBytes,
  };
};

export const openSnarkjsEngine = async (): Promise<Prover> => {
  const readZkey = zkeyReader();
  const snarkjs = await openSnarkjs();
  return {
    prove: async (files) => {
      const { curve, wtns } = files;
      return snarkjs.prove({ curve, wtns, zkey: await readZkey(files), onStep: () => undefined });
    },
    memoryBytes: () => snarkjs.memoryBytes(),
  };
};

/** Reads a zkey once. */
const zkeyReader = () => {
  let kept: Uint8Array | undefined;
  return async ({ zkey }: ProvingFiles): Promise<Uint8Array> => {
    kept ??= new Uint8Array(await zkey.arrayBuffer());
    return kept;
  };
};
