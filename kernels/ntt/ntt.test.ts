import { curves as snarkjsCurves, type Curve } from "snarkjs";
import { beforeAll, describe, expect, it } from "vitest";
import { scalarPrime } from "../../src/domain/circuit.ts";
import { readLittleEndian, writeLittleEndian } from "../../src/groth16/binfile.ts";
import { prepareDomain, type Domain } from "../../src/groth16/domain.ts";
import { forwardCalls, inverseCalls } from "../../src/groth16/transform-passes.ts";
import { openQuotientCore, type QuotientTestCore } from "../../src/testing/quotient-core.ts";
import { seededRandom } from "../../src/testing/random.ts";
import { kernelIds } from "../field/field.ts";

const WORD = 32;
const random = seededRandom(11);

/** Random numbers below r, and at the start 0, 1, r - 1 and their like. */
const valuesOf = (size: number, modulus: bigint): readonly bigint[] => {
  const edges = [modulus - 1n, 0n, 1n, (modulus + 1n) / 2n];
  return Array.from({ length: size }, (_, index) => {
    let value = 0n;
    for (let part = 0; part < 9; part += 1) {
      value = (value << 32n) + BigInt(Math.floor(random() * 2 ** 32));
    }
    return (index < size / 2 ? edges[index] : undefined) ?? value % modulus;
  });
};

const wordsOf = (values: readonly bigint[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * WORD);
  values.forEach((value, index) =>
    writeLittleEndian(bytes.subarray(index * WORD, (index + 1) * WORD), value),
  );
  return bytes;
};
const fromWords = (bytes: Uint8Array): readonly bigint[] =>
  Array.from({ length: bytes.length / WORD }, (_, index) =>
    readLittleEndian(bytes.subarray(index * WORD, (index + 1) * WORD)),
  );

/** ffjavascript's, divided by the size: coefficients, and their values on the coset. */
const reference = async ({ Fr }: Curve, values: readonly bigint[]) => {
  const coefficients = await Fr.ifft(await Fr.batchToMontgomery(wordsOf(values)));
  const step = Fr.w[Math.log2(values.length) + 1] ?? Fr.one;
  const shifted = await Fr.fft(await Fr.batchApplyKey(coefficients, Fr.one, step));
  return {
    coefficients: fromWords(await Fr.batchFromMontgomery(coefficients)),
    onCoset: fromWords(await Fr.batchFromMontgomery(shifted)),
  };
};

const bitReversed = (index: number, size: number): number => {
  let reversed = 0;
  for (let bit = 1; bit < size; bit *= 2) reversed = 2 * reversed + ((index & bit) === 0 ? 0 : 1);
  return reversed;
};

/** One transform on a core, step by step. */
class Bench {
  readonly #core: QuotientTestCore;
  readonly #size: number;
  readonly #domain: Domain;
  readonly #data: number;
  readonly #range: readonly number[];

  constructor(core: QuotientTestCore, size: number) {
    const { lanes, frBytes } = core.layout;
    this.#core = core;
    this.#size = size;
    this.#domain = prepareDomain(core, size);
    this.#data = core.memory.alloc(size * frBytes);
    const scratch = core.memory.alloc(lanes ** 2 * frBytes);
    this.#range = [scratch, size / lanes, 0, size / lanes];
  }

  inverse(values: readonly bigint[]): void {
    const { exports, memory, layout } = this.#core;
    const words = memory.alloc(values.length * WORD);
    memory.u8().set(wordsOf(values), words);
    const elements = memory.alloc(values.length * layout.frBytes);
    exports.frElements(elements, words, values.length);
    exports.frPack(this.#data, elements, this.#domain.inverse, ...this.#range);
    for (const { run } of inverseCalls(this.#transform("inverse"))) run();
  }

  /** In their order. */
  coefficients(): readonly bigint[] {
    return Array.from({ length: this.#size }, (_, index) =>
      this.#at(bitReversed(index, this.#size)),
    );
  }

  /** Values on the coset: a transform times that of 1, less that of 0. */
  forward(): readonly bigint[] {
    const { exports, memory, layout } = this.#core;
    for (const { run } of forwardCalls(this.#transform("forward"))) run();
    const room = () => memory.alloc(this.#size * layout.frBytes);
    const [one, zero, out] = [room(), room(), memory.alloc(this.#size * WORD)];
    const vectors = this.#size / layout.lanes;
    for (let index = 0; index < this.#size; index += 1) {
      this.#write(one, index, index < vectors ? 1n : 0n);
      this.#write(zero, index, 0n);
    }
    exports.frJoin(out, this.#data, one, zero, this.#domain.forward, ...this.#range);
    return fromWords(memory.u8().slice(out, out + this.#size * WORD));
  }

  #transform(direction: "inverse" | "forward") {
    const { exports, layout } = this.#core;
    const { lanes, frBytes } = layout;
    const vectors = this.#size / lanes;
    const twiddles = this.#domain[direction];
    return { exports, data: this.#data, vectors, vectorBytes: lanes * frBytes, twiddles };
  }

  #place(base: number, index: number) {
    const { lanes, frBytes } = this.#core.layout;
    const vectors = this.#size / lanes;
    const address = base + (index % vectors) * lanes * frBytes;
    return { address, lane: Math.floor(index / vectors) };
  }

  #at(index: number): bigint {
    return this.#core.fr.readLane(this.#core.memory.view(), this.#place(this.#data, index));
  }

  #write(base: number, index: number, value: bigint): void {
    this.#core.fr.writeLane(this.#core.memory.view(), this.#place(base, index), value);
  }
}

const sizes = Array.from({ length: 12 }, (_, power) => 2 ** (power + 1));

describe.each(["bn128", "bls12381"] as const)("transforms of %s", (curve) => {
  const modulus = scalarPrime[curve];
  const inputs = new Map(sizes.map((size) => [size, valuesOf(size, modulus)]));
  const expected = new Map<number, Awaited<ReturnType<typeof reference>>>();

  beforeAll(async () => {
    const snarkjs = await snarkjsCurves.getCurveFromName(curve, { singleThread: true });
    for (const [size, values] of inputs) expected.set(size, await reference(snarkjs, values));
  });

  describe.each(kernelIds)("%s", (kernel) => {
    const core = openQuotientCore(curve, kernel);
    if (core === undefined) {
      it.skip("is not known to this engine");
      return;
    }
    it.each(sizes.filter((size) => size >= core.layout.lanes))("of %s elements", (size) => {
      const mark = core.memory.mark();
      const values = inputs.get(size) ?? [];
      const wanted = expected.get(size);
      const times = (list: readonly bigint[] = []) =>
        list.map((value) => (value * BigInt(size)) % modulus);
      const transform = new Bench(core, size);
      transform.inverse(values);
      expect(transform.coefficients()).toEqual(times(wanted?.coefficients));
      expect(transform.forward()).toEqual(times(wanted?.onCoset));
      core.memory.release(mark);
    });
  });
});
