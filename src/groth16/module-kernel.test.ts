import { describe, expect, test } from "vitest";
import { kernelIds } from "../../kernels/field/field.ts";
import { curves } from "../domain/circuit.ts";
import { readBuiltInCircuit, witnessOf } from "../testing/circuits.ts";
import { openTestCore } from "../testing/kernel-core.ts";
import { openReferenceCurve, referenceProof } from "../testing/reference-kernel.ts";
import { proveWithCore } from "./groth16.ts";
import { createModuleKernel } from "./module-kernel.ts";
import { prepareKey } from "./prepared-key.ts";
import { readWtns } from "./wtns.ts";
import { readZkey } from "./zkey.ts";

const circuitOf = { bn128: "addition", bls12381: "addition_bls12381" } as const;
const blinding = { kind: "honest", r: 0x1234_5678_9abc_def0n, s: 0xfeed_beef_0000_1111n } as const;

describe.each(curves)("a proof on %s", (curve) => {
  const circuit = readBuiltInCircuit(circuitOf[curve]);
  const zkey = readZkey(circuit.zkeyBytes);
  const wtns = readWtns(witnessOf(circuit), zkey);
  const expected = openReferenceCurve(curve).then((reference) =>
    referenceProof(reference, { zkey, wtns }, blinding),
  );

  test.each(kernelIds)(
    "by %s is snarkjs's, bit for bit, also the second time",
    async (id) => {
      const core = openTestCore(curve, id);
      if (core === undefined) return;
      const tools = { memory: core.memory, kernel: createModuleKernel(core) };
      const key = prepareKey(zkey, tools, { withB1: true });
      const job = { key, wtns, blinding, onStep: () => undefined };
      expect((await proveWithCore(job, tools)).bytes).toEqual(await expected);
      expect((await proveWithCore(job, tools)).bytes).toEqual(await expected);
      // Building a module takes a second or two on an idle machine.
    },
    60_000,
  );
});
