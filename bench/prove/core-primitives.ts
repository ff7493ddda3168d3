/** The core's arithmetic by itself, as its provers call it. */
import type { KernelLayout } from "../../kernels/layout.ts";
import { basePrime, coordinateBytes, type Curve } from "../../src/domain/circuit.ts";
import type { Point } from "../../src/groth16/bigint-curve.ts";
import { writeLittleEndian } from "../../src/groth16/binfile.ts";
import { prepareDomain } from "../../src/groth16/domain.ts";
import { instantiateKernel } from "../../src/groth16/instance.ts";
import type { Sums } from "../../src/groth16/kernel.ts";
import { CoreMemory } from "../../src/groth16/memory.ts";
import { createModuleKernel } from "../../src/groth16/module-kernel.ts";
import type { SelfTestCore } from "../../src/groth16/self-test.ts";
import { inverseCalls } from "../../src/groth16/transform-passes.ts";
import { SCALAR_BYTES } from "../../src/groth16/zkey.ts";
import { openModule } from "./kernel-module.ts";
import { readNumbers } from "./numbers.ts";
import {
  MUL_ELEMENTS,
  type PreparedPrimitive,
  type Primitive,
  type PrimitiveEngine,
  type PrimitiveInput,
} from "./primitives.ts";
import { fromVectors, toVectors } from "./vectors.ts";

/** A memory for each primitive, as each prover has. Undefined when this browser does not take the kernel's instructions. */
export const openCorePrimitives = async (
  id: KernelLayout["kernel"],
): Promise<PrimitiveEngine | undefined> => {
  const modules = {
    bn128: await openModule("bn128", id),
    bls12381: await openModule("bls12381", id),
  };
  const { bn128, bls12381 } = modules;
  if (bn128 === undefined || bls12381 === undefined) return undefined;
  return {
    prepare: (primitive, input) => {
      const { layout, module } = primitive.curve === "bn128" ? bn128 : bls12381;
      const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536 });
      const exports = instantiateKernel(module, memory);
      const core = { exports, layout, memory: new CoreMemory(memory, layout.heapBase) };
      return prepare(core, primitive, input);
    },
  };
};

const prepare = (
  core: SelfTestCore,
  primitive: Primitive,
  input: PrimitiveInput,
): PreparedPrimitive => {
  switch (primitive.operation) {
    case "mul":
      return multiplications(core, primitive, input);
    case "msm-g1":
      return msm(core, createModuleKernel(core).g1, input);
    case "msm-g2":
      return msm(core, createModuleKernel(core).g2, input);
    case "ntt":
      return ntt(core, primitive, input);
  }
};

const multiplications = (
  { exports, layout, memory }: SelfTestCore,
  { curve, size }: Primitive,
  { numbers }: PrimitiveInput,
): PreparedPrimitive => {
  const { fqBytes, lanes } = layout;
  const words = place(memory, numbers);
  const elements = memory.alloc(MUL_ELEMENTS * fqBytes);
  exports.fqFromWords(elements, words, MUL_ELEMENTS);
  const factor = memory.alloc(fqBytes);
  exports.fqFromWords(factor, place(memory, montgomeryFactor(curve)), 1);
  const elementsOf = () => memory.u8().slice(elements, elements + MUL_ELEMENTS * fqBytes);
  const vectors = toVectors(elementsOf(), { lanes, bytes: fqBytes });
  return {
    run: () => {
      memory.u8().set(vectors, elements);
      exports.fqMulVectors(elements, MUL_ELEMENTS / lanes, factor, size / MUL_ELEMENTS);
    },
    result: () => {
      memory.u8().set(fromVectors(elementsOf(), { lanes, bytes: fqBytes }), elements);
      exports.fqToWords(words, elements, MUL_ELEMENTS);
      return readNumbers(memory.u8().slice(words, words + numbers.length), coordinateBytes[curve]);
    },
  };
};

/** What snarkjs multiplies by to enter its own Montgomery form. */
const montgomeryFactor = (curve: Curve): Uint8Array => {
  const factor = new Uint8Array(coordinateBytes[curve]);
  writeLittleEndian(factor, (1n << BigInt(8 * factor.length)) % basePrime[curve]);
  return factor;
};

const msm = <Coordinate extends bigint | readonly bigint[]>(
  { memory }: SelfTestCore,
  sums: Sums<Point<Coordinate>>,
  { points: zkeyPoints, numbers }: PrimitiveInput,
): PreparedPrimitive => {
  const count = numbers.length / SCALAR_BYTES;
  const points = memory.alloc(count * sums.pointBytes);
  const indices = memory.alloc(4 * count);
  const scalars = place(memory, numbers);
  for (let index = 0; index < count; index += 1)
    memory.view().setUint32(indices + 4 * index, index, true);
  const mark = memory.mark();
  sums.fromZkey({ into: points, from: place(memory, zkeyPoints), count });
  memory.release(mark);
  let sum: Point<Coordinate> = "infinity";
  return {
    run: async () => {
      sum = await sums.sum({ points, count, indices }, scalars);
    },
    result: () => (sum === "infinity" ? [] : [sum.x, sum.y].flat()),
  };
};

/**
 * A proof's inverse transform, whose order is never put right: nothing asks for it. What it gives in place of evaluation k,
 * counted in reversed bits, is evaluation -k.
 */
const ntt = (
  core: SelfTestCore,
  { size }: Primitive,
  { numbers }: PrimitiveInput,
): PreparedPrimitive => {
  const { exports, layout, memory } = core;
  const { lanes, frBytes } = layout;
  const vectors = size / lanes;
  const twiddles = prepareDomain(core, size).inverse;
  const words = place(memory, numbers);
  const elements = memory.alloc(size * frBytes);
  exports.frElements(elements, words, size);
  const data = memory.alloc(size * frBytes);
  const scratch = memory.alloc(lanes ** 2 * frBytes);
  const calls = inverseCalls({ exports, data, vectors, vectorBytes: lanes * frBytes, twiddles });
  return {
    run: () => {
      exports.frPack(data, elements, twiddles, scratch, vectors, 0, vectors);
      for (const { run } of calls) run();
    },
    result: () => evaluations(core, { size, data, words }),
  };
};

type Transformed = Readonly<Record<"size" | "data" | "words", number>>;

/** In natural order. Writes over the words. */
const evaluations = (
  { exports, layout, memory }: SelfTestCore,
  { size, data, words }: Transformed,
): readonly bigint[] => {
  const { lanes, frBytes } = layout;
  const mark = memory.mark();
  const apart = place(
    memory,
    fromVectors(memory.u8().slice(data, data + size * frBytes), { lanes, bytes: frBytes }),
  );
  exports.frToWords(words, apart, size);
  memory.release(mark);
  const numbers = readNumbers(memory.u8().slice(words, words + size * SCALAR_BYTES), SCALAR_BYTES);
  const vectors = size / lanes;
  return numbers.map((_, index) => {
    const place = bitReversed((size - index) % size, size);
    return numbers[(place % vectors) * lanes + Math.floor(place / vectors)] ?? 0n;
  });
};

const bitReversed = (index: number, size: number): number => {
  let reversed = 0;
  for (let bit = 1; bit < size; bit *= 2) reversed = 2 * reversed + ((index & bit) === 0 ? 0 : 1);
  return reversed;
};

/** Takes room for bytes and writes them there. */
const place = (memory: CoreMemory, bytes: Uint8Array): number => {
  const address = memory.alloc(bytes.length);
  memory.u8().set(bytes, address);
  return address;
};
