import { beforeAll, describe, expect, test } from "vitest";
import { groth16, type Curve as SnarkjsCurve, type VerificationKey } from "snarkjs";
import { readBuiltInCircuit, witnessOf, type TestCircuit } from "../testing/circuits.ts";
import { createReferenceKernel, openReferenceCurve } from "../testing/reference-kernel.ts";
import { decodeProof } from "../wire/proof.ts";
import type { CoreProof } from "./proof.ts";
import { createCoreProver, type CoreProver } from "./core-prover.ts";
import type { Kernel } from "./kernel.ts";
import { CoreMemory } from "./memory.ts";
import { coreSteps } from "./steps.ts";

const fillRandom = (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes);

describe("a core prover", () => {
  let reference: SnarkjsCurve;
  let memory: CoreMemory;
  let kernel: Kernel;
  let prover: CoreProver;

  beforeAll(async () => {
    reference = await openReferenceCurve("bn128");
    memory = new CoreMemory(new WebAssembly.Memory({ initial: 1 }), 64);
    kernel = createReferenceKernel(reference, memory);
    prover = createCoreProver({ memory, kernel, fillRandom });
  });

  const prove = async (
    circuit: TestCircuit,
    { by = prover, wtns = witnessOf(circuit) }: { by?: CoreProver; wtns?: Uint8Array } = {},
  ) => {
    const steps: string[] = [];
    const proof = await by.prove({
      curve: "bn128",
      keyId: circuit.files.circuit.zkey.sha256,
      zkey: circuit.zkeyBytes,
      wtns,
      onStep: (name) => steps.push(name),
    });
    return { proof, steps };
  };

  const verify = (circuit: TestCircuit, { bytes, publicSignals }: CoreProof) =>
    groth16.verify(
      JSON.parse(circuit.files.vkeyJson) as VerificationKey,
      publicSignals,
      decodeProof("bn128", bytes),
    );

  test("proves one circuit after another and tells its steps in their order", async () => {
    const all = coreSteps.map(({ name }) => name);
    for (const name of ["addition", "range_proof", "addition"]) {
      const circuit = readBuiltInCircuit(name);
      const { proof, steps } = await prove(circuit);
      expect(proof.publicSignals).toEqual(circuit.publicSignals);
      expect(await verify(circuit, proof)).toBe(true);
      expect(steps).toEqual(all);
    }
  });

  test("keeps the key of the last circuit", async () => {
    const circuit = readBuiltInCircuit("addition");
    await prove(circuit);
    const mark = memory.mark();
    const { steps } = await prove(circuit);
    expect(steps[0]).toBe("NTT");
    expect(memory.mark()).toBe(mark);
  });

  test("goes on after a witness that is malformed", async () => {
    const circuit = readBuiltInCircuit("addition");
    await expect(prove(circuit, { wtns: new Uint8Array(100) })).rejects.toMatchObject({
      code: "artifact",
    });
    expect(await verify(circuit, (await prove(circuit)).proof)).toBe(true);
  });

  test("forgets a key with which its kernel failed", async () => {
    const circuit = readBuiltInCircuit("addition");
    let fails = true;
    const sum: Kernel["g1"]["sum"] = (...job) => {
      if (fails) throw new WebAssembly.RuntimeError("unreachable");
      return kernel.g1.sum(...job);
    };
    const shaky = { ...kernel, g1: { ...kernel.g1, sum } };
    const by = createCoreProver({ memory, kernel: shaky, fillRandom });
    await expect(prove(circuit, { by })).rejects.toMatchObject({ code: "internal" });
    fails = false;
    const { proof, steps } = await prove(circuit, { by });
    expect(steps[0]).toBe("prepare key");
    expect(await verify(circuit, proof)).toBe(true);
  });

  test("refuses a key of another curve", async () => {
    await expect(prove(readBuiltInCircuit("addition_bls12381"))).rejects.toMatchObject({
      code: "artifact",
      message: "the zkey is of curve bls12381; the circuit is of bn128",
    });
  });

  test("says when memory runs out, and takes none then", async () => {
    const small = new CoreMemory(new WebAssembly.Memory({ initial: 1, maximum: 2 }), 64);
    const tools = { memory: small, kernel: createReferenceKernel(reference, small), fillRandom };
    const by = createCoreProver(tools);
    const before = small.mark();
    await expect(prove(readBuiltInCircuit("addition"), { by })).rejects.toMatchObject({
      code: "out_of_memory",
    });
    expect(small.mark()).toBe(before);
  });
});
