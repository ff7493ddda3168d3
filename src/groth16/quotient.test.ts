import { describe, expect, test } from "vitest";
import { kernelIds } from "../../kernels/field/field.ts";
import { readBuiltInCircuit, witnessOf } from "../testing/circuits.ts";
import { openQuotientCore } from "../testing/quotient-core.ts";
import { createReferenceKernel, openReferenceCurve } from "../testing/reference-kernel.ts";
import { CoreMemory } from "./memory.ts";
import { polynomials } from "./kernel.ts";
import { prepareQuotient } from "./prepare-quotient.ts";
import { openQuotient, type QuotientCore } from "./quotient.ts";
import { readWtns, type Wtns } from "./wtns.ts";
import { writeQuotient } from "./write-quotient.ts";
import { readZkey, SCALAR_BYTES, type Matrices, type Zkey } from "./zkey.ts";

type Case = { readonly zkey: Zkey; readonly wtns: Wtns };

const readCase = (name: string): Case => {
  const circuit = readBuiltInCircuit(name);
  const zkey = readZkey(circuit.zkeyBytes);
  return { zkey, wtns: readWtns(witnessOf(circuit), zkey) };
};

/** The wires' words in memory, and room for the scalars. */
const place = (memory: CoreMemory, { zkey, wtns }: Case) => {
  const witness = memory.alloc(zkey.wires * SCALAR_BYTES);
  memory.u8().set(wtns.words, witness);
  // Room for elements: the longest that a kernel has take 64 bytes.
  return { witness, into: memory.alloc(zkey.domainSize * 64) };
};

const prepare = (core: QuotientCore, matrices: Matrices) =>
  prepareQuotient(matrices, {
    memory: core.memory,
    kernel: {
      shape: { ...core.layout, g1Bytes: 0, g2Bytes: 0 },
      writeQuotient: (coefficients, places) => writeQuotient(core, coefficients, places),
      openQuotient: (places) => openQuotient(core, places),
    },
  });

/** In hexadecimal: comparing long arrays item by item takes seconds. */
const scalarsOf = (memory: CoreMemory, { into }: { into: number }, { zkey }: Case): string =>
  Buffer.from(memory.u8().slice(into, into + zkey.domainSize * SCALAR_BYTES)).toString("hex");

const expectedOf = async (made: Case): Promise<string> => {
  const { zkey } = made;
  const memory = new CoreMemory(new WebAssembly.Memory({ initial: 1, maximum: 1024 }), 64);
  const kernel = createReferenceKernel(await openReferenceCurve(zkey.curve), memory);
  const job = place(memory, made);
  await prepareQuotient(zkey.matrices, { memory, kernel }).compute(job);
  return scalarsOf(memory, job, made);
};

const circuits = ["addition", "range_proof", "merkle_proof", "addition_bls12381"];

describe.each(circuits)("the quotient of %s", (name) => {
  const made = readCase(name);
  const expected = expectedOf(made);

  const cores = kernelIds.flatMap((kernel) => {
    const core = openQuotientCore(made.zkey.curve, kernel);
    return core === undefined ? [] : [[kernel, core] as const];
  });

  test.each(cores)("by %s is snarkjs's", async (_kernel, core) => {
    const quotient = prepare(core, made.zkey.matrices);
    const job = place(core.memory, made);
    const shares: number[] = [];
    const before = core.memory.mark();
    await quotient.compute(job, (share) => void shares.push(share));
    expect(scalarsOf(core.memory, job, made)).toBe(await expected);
    expect(core.memory.mark()).toBe(before);
    expect(shares).toEqual([...shares].sort((one, other) => one - other));
    expect(shares.at(-1)).toBeCloseTo(1, 9);
    core.memory.u8().fill(0xff, job.into, job.into + 64);
    await quotient.compute(job);
    expect(scalarsOf(core.memory, job, made), "a second time").toBe(await expected);
  });

  test.each(cores)("by %s is the same when its polynomials are computed apart", async (_, core) => {
    const quotient = prepare(core, made.zkey.matrices);
    const { into, witness } = place(core.memory, made);
    const mark = core.memory.mark();
    const [a, b, product] = polynomials.map(() => core.memory.alloc(quotient.polynomialBytes));
    const taken = core.memory.mark();
    const places = { a: a ?? 0, b: b ?? 0, product: product ?? 0 };
    // In another order than in one piece.
    for (const of of ["product", "b", "a"] as const) {
      await quotient.polynomial({ of, witness, into: places[of] });
    }
    await quotient.join({ ...places, into });
    expect(core.memory.mark()).toBe(taken);
    expect(scalarsOf(core.memory, { into }, made)).toBe(await expected);
    core.memory.release(mark);
  });
});
