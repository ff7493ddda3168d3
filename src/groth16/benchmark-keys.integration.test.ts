/** Proofs of whole circuits, the built-in ones and those of BENCH_CIRCUITS, step by step beside snarkjs's. */
import { groth16, wtns as snarkjsWtns, type MemoryFile, type VerificationKey } from "snarkjs";
import { describe, expect, it } from "vitest";
import { scalarPrime, type Curve } from "../domain/circuit.ts";
import {
  builtInCircuitNames,
  extraCircuitNames,
  readBuiltInCircuit,
  readExtraCircuit,
  signalsOf,
  witnessOf,
  type TestCircuit,
} from "../testing/circuits.ts";
import { compiledKernel, type Wanted } from "../testing/compiled-kernels.ts";
import {
  openReferenceCurve,
  referenceProof,
  referenceQuotient,
} from "../testing/reference-kernel.ts";
import { decodeProof } from "../wire/proof.ts";
import { drawBlinding, type Blinding } from "./blinding.ts";
import { proveWithCore, type CoreJob, type CoreTools } from "./groth16.ts";
import { instantiateKernel } from "./instance.ts";
import { CoreMemory } from "./memory.ts";
import { createModuleKernel } from "./module-kernel.ts";
import { prepareKey, type PreparedKey } from "./prepared-key.ts";
import type { CoreProof } from "./proof.ts";
import { readWtns } from "./wtns.ts";
import { readZkey, SCALAR_BYTES, type Zkey } from "./zkey.ts";

/** Keys of any size may lie in BENCH_CIRCUITS, and snarkjs proves one of 2^18 in a minute and a half. */
const PATIENCE_MS = 900_000;
/** Above it one kernel has to do: both are compared on all that are smaller. */
const SMALL_DOMAIN = 2 ** 13;

const isSmall = ({ files }: TestCircuit): boolean => files.circuit.domainSize <= SMALL_DOMAIN;

type Kernel = Parameters<typeof compiledKernel>[1];

const kernelsFor = (circuit: TestCircuit): readonly Kernel[] =>
  isSmall(circuit) ? ["scalar9", "ext4"] : ["scalar9"];

type Core = { readonly key: PreparedKey; readonly tools: CoreTools };

/** A kernel of the product in a memory of its own, with the whole key. */
const openCore = (zkey: Zkey, name: Kernel, wanted?: Wanted): Core => {
  const { layout, module } = compiledKernel(zkey.curve, name, wanted);
  const linear = new WebAssembly.Memory({ initial: 64, maximum: 65_536 });
  const memory = new CoreMemory(linear, layout.heapBase);
  const exports = instantiateKernel(module, linear);
  const tools = { memory, kernel: createModuleKernel({ exports, layout, memory }) };
  return { tools, key: prepareKey(zkey, tools, { withB1: true }) };
};

/** The scalars of the H sum, as they lie in memory. */
const quotientOf = async ({ key, tools }: Core, words: Uint8Array): Promise<Uint8Array> => {
  const { memory, kernel } = tools;
  const mark = memory.mark();
  const witness = memory.alloc(words.length);
  memory.u8().set(words, witness);
  const into = memory.alloc(key.domainSize * Math.max(kernel.shape.frBytes, SCALAR_BYTES));
  await key.quotient.compute({ witness, into });
  const scalars = memory.u8().slice(into, into + key.domainSize * SCALAR_BYTES);
  memory.release(mark);
  return scalars;
};

const snarkjsWitness = async (circuit: TestCircuit): Promise<Uint8Array> => {
  const file: { type: "mem"; data?: Uint8Array } = { type: "mem" };
  const input = Object.fromEntries(signalsOf(circuit));
  await snarkjsWtns.calculate(input, circuit.wasmBytes, file satisfies MemoryFile);
  return file.data ?? new Uint8Array();
};

const fillRandom = (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes);

/** As large as they may be, and nothing about them round. */
const randomness = (curve: Curve) => ({
  r: scalarPrime[curve] - 0x1234_5678_9abc_def0_1234_5678n,
  s: scalarPrime[curve] / 3n,
});

const coordinatesOf = (curve: Curve, { bytes }: CoreProof): readonly string[] => {
  const { pi_a, pi_b, pi_c } = decodeProof(curve, bytes);
  return [...pi_a.slice(0, 2), ...pi_b.slice(0, 2).flat(), ...pi_c.slice(0, 2)];
};

/** Equal or not: a difference of megabytes is of no use in a report, and takes minutes to write. */
const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/** Made when it is first asked for: a run of one test does not wait for what only others need. */
const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
};

const circuits: readonly (readonly [string, TestCircuit])[] = [
  ...builtInCircuitNames().map((name) => [name, readBuiltInCircuit(name)] as const),
  ...extraCircuitNames.map((name) => [name, readExtraCircuit(name)] as const),
];

describe.each(circuits)("the circuit %s", { timeout: PATIENCE_MS }, (_name, circuit) => {
  const zkey = readZkey(circuit.zkeyBytes);
  const { curve } = zkey;
  const witness = witnessOf(circuit);
  const wtns = readWtns(witness, zkey);
  const reference = openReferenceCurve(curve);

  it("has the witness that snarkjs calculates, byte for byte", async () => {
    expect(isSame(witness, await snarkjsWitness(circuit))).toBe(true);
  });

  const expectedQuotient = once(async () => referenceQuotient(await reference, { zkey, wtns }));
  const expectedProof = once(async () =>
    referenceProof(await reference, { zkey, wtns }, randomness(curve)),
  );

  describe.each(kernelsFor(circuit))("by %s", (name) => {
    const core = once(() => openCore(zkey, name));

    const prove = (blinding: Blinding): Promise<CoreProof> => {
      const { key, tools } = core();
      const job: CoreJob = { key, wtns, blinding, onStep: () => undefined };
      return proveWithCore(job, tools);
    };

    it("has snarkjs's quotient, bit for bit", async () => {
      const quotient = await quotientOf(core(), wtns.words);
      expect(isSame(quotient, await expectedQuotient())).toBe(true);
    });

    const known = once(() => prove({ kind: "honest", ...randomness(curve) }));
    const scaled = () => prove(drawBlinding(curve, fillRandom));

    it("has snarkjs's proof with known r and s, bit for bit", async () => {
      const { bytes, publicSignals } = await known();
      expect(bytes).toEqual(await expectedProof());
      expect(publicSignals).toEqual(circuit.publicSignals);
    });

    it("has proofs that snarkjs verifies, unlike each other in all their coordinates", async () => {
      const vkey = JSON.parse(circuit.files.vkeyJson) as VerificationKey;
      const proofs = [await scaled(), await (isSmall(circuit) ? scaled() : known())];
      for (const { bytes, publicSignals } of proofs) {
        const proof = decodeProof(curve, bytes);
        expect(await groth16.verify(vkey, publicSignals, proof)).toBe(true);
      }
      const [one = [], other = []] = proofs.map((proof) => coordinatesOf(curve, proof));
      one.forEach((coordinate, index) => expect(coordinate).not.toBe(other[index]));
    });
  });
});

describe.each(["scalar9", "ext4"] as const)("what a wrong %s computes", (name) => {
  const circuit = readBuiltInCircuit("addition");
  const zkey = readZkey(circuit.zkeyBytes);
  const wtns = readWtns(witnessOf(circuit), zkey);

  it("is told from what snarkjs does", async () => {
    const reference = await openReferenceCurve(zkey.curve);
    const { key, tools } = openCore(zkey, name, { lying: true });
    const blinding: Blinding = { kind: "honest", ...randomness(zkey.curve) };
    const proof = await proveWithCore({ key, wtns, blinding, onStep: () => undefined }, tools);
    const expected = await referenceProof(reference, { zkey, wtns }, randomness(zkey.curve));
    expect(isSame(proof.bytes, expected)).toBe(false);
  });
});
