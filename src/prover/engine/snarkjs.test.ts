import { expect, test, vi } from "vitest";
import { readBuiltInCircuit } from "../../testing/circuits.ts";
import { openProveTools } from "../../testing/prover-tools.ts";
import { prove } from "../prove.ts";
import { openSnarkjs } from "./snarkjs.ts";

test("a proof that there is no memory to check is not said to be wrong", async () => {
  const bls = readBuiltInCircuit("addition_bls12381");
  const snarkjs = await openSnarkjs();
  const makeClaim = async () => {
    const job = { files: bls.files, input: bls.input, onProgress: () => undefined };
    const outcome = await prove(job, await openProveTools());
    if (!outcome.ok) throw new Error(outcome.message);
    return { ...outcome.proof, vkeyJson: bls.files.vkeyJson };
  };
  const claim = await makeClaim();
  // A curve that another prover of this thread has built would be found.
  Object.assign(globalThis, { curve_bls12381: null });
  const full = vi.spyOn(WebAssembly, "Memory").mockImplementation(function () {
    throw new RangeError("WebAssembly.Memory(): could not allocate memory");
  });
  await expect(snarkjs.verify(claim)).rejects.toMatchObject({ code: "out_of_memory" });
  full.mockRestore();
  expect(await snarkjs.verify(claim)).toBe(true);
  expect(await snarkjs.verify({ ...claim, bytes: new Uint8Array(384) })).toBe(false);
});
