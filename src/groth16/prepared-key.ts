/**
 * A proving key in the kernel's memory: bases without infinity, in the kernel's own form, each list with the scalars that
 * it goes with. Prepared once and used for every proof of its circuit.
 *
 * Behind the wires lie three more scalars, the blinding. alpha, beta and delta are bases like all others, with the
 * constant wire or a blinding scalar: so A, B and C's share of delta come out of the sums complete.
 */
import type { Curve } from "../domain/circuit.ts";
import type { Bases, Kernel, Quotient, Sums } from "./kernel.ts";
import type { CoreMemory } from "./memory.ts";
import { findFiniteBases } from "./points.ts";
import type { BasesName, Zkey } from "./zkey.ts";

export type PreparedKey = {
  readonly curve: Curve;
  readonly wires: number;
  readonly publicSignals: number;
  readonly domainSize: number;
  /** Without B1, which only a proof with an r of its own needs. */
  readonly bases: Readonly<Record<Exclude<BasesName, "b1">, Bases>> & { readonly b1?: Bases };
  readonly quotient: Quotient;
};

/** Scalars behind the wires, in this order: what delta is multiplied by in A, in B and in C. */
export const blindingSlots = ["a", "b", "c"] as const;

export type PrepareTools = {
  readonly memory: CoreMemory;
  readonly kernel: Kernel;
};

/**
 * Takes memory for the key and leaves it taken: mark it before, and release it to that mark when the key is not needed any
 * more. When it throws, nothing is taken.
 *
 * @throws NodeFailure "out_of_memory".
 */
export const prepareKey = (
  zkey: Zkey,
  { memory, kernel }: PrepareTools,
  options: { readonly withB1: boolean } = { withB1: false },
): PreparedKey => {
  const start = memory.mark();
  try {
    const { curve, wires, publicSignals, domainSize, matrices } = zkey;
    const prepare = (name: BasesName): Bases =>
      name === "b2"
        ? prepareBases(basesOf(zkey, name), memory, kernel.g2)
        : prepareBases(basesOf(zkey, name), memory, kernel.g1);
    const bases = {
      a: prepare("a"),
      ...(options.withB1 ? { b1: prepare("b1") } : {}),
      b2: prepare("b2"),
      c: prepare("c"),
      h: prepare("h"),
    };
    const quotient = kernel.openQuotient(matrices);
    return { curve, wires, publicSignals, domainSize, bases, quotient };
  } catch (reason) {
    memory.release(start);
    throw reason;
  }
};

type BasesInFile = {
  readonly section: Uint8Array;
  readonly pointBytes: number;
  readonly firstScalar: number;
  /** Points of the header that belong to the sum, with the index of their scalar. */
  readonly extra: readonly (readonly [point: Uint8Array, scalar: number])[];
};

const CONSTANT_WIRE = 0;

const basesOf = ({ header, bases, wires, publicSignals }: Zkey, name: BasesName): BasesInFile => {
  const slot = (of: (typeof blindingSlots)[number]): number => wires + blindingSlots.indexOf(of);
  const { alpha1, beta1, beta2, delta1, delta2 } = header;
  const g1 = { section: bases[name], pointBytes: alpha1.length, firstScalar: 0 };
  switch (name) {
    case "a":
      return {
        ...g1,
        extra: [
          [alpha1, CONSTANT_WIRE],
          [delta1, slot("a")],
        ],
      };
    case "b1":
      return {
        ...g1,
        extra: [
          [beta1, CONSTANT_WIRE],
          [delta1, slot("b")],
        ],
      };
    case "b2":
      return {
        ...g1,
        pointBytes: beta2.length,
        extra: [
          [beta2, CONSTANT_WIRE],
          [delta2, slot("b")],
        ],
      };
    case "c":
      return { ...g1, firstScalar: publicSignals + 1, extra: [[delta1, slot("c")]] };
    case "h":
      return { ...g1, extra: [] };
  }
};

const INDEX_BYTES = 4;

const prepareBases = <Point>(file: BasesInFile, memory: CoreMemory, sums: Sums<Point>): Bases => {
  const finite = findFiniteBases(file.section, file.pointBytes, file.firstScalar);
  const count = finite.count + file.extra.length;
  const points = memory.alloc(count * sums.pointBytes);
  const indices = memory.alloc(count * INDEX_BYTES);
  const list = new Uint32Array(memory.memory.buffer, indices, count);
  list.set(finite.scalars);
  list.set(
    file.extra.map(([, scalar]) => scalar),
    finite.count,
  );
  const mark = memory.mark();
  const stage = createStage(memory, { ...sums, zkeyPointBytes: file.pointBytes, into: points });
  for (const run of finite.runs) {
    const begin = run.from * file.pointBytes;
    stage.take(file.section.subarray(begin, begin + run.count * file.pointBytes));
  }
  for (const [point] of file.extra) stage.take(point);
  stage.flush();
  memory.release(mark);
  return { points, count, indices };
};

/** Points that are converted in one call. They come in runs of two or three, too few for a call of their own. */
const STAGE_POINTS = 2_048;

type Conversion = Pick<Sums<unknown>, "pointBytes" | "fromZkey"> & {
  readonly zkeyPointBytes: number;
  /** Where the converted points go. */
  readonly into: number;
};

const createStage = (memory: CoreMemory, conversion: Conversion) => {
  const size = STAGE_POINTS * conversion.zkeyPointBytes;
  const from = memory.alloc(size);
  let { into } = conversion;
  let filled = 0;

  const flush = (): void => {
    const count = filled / conversion.zkeyPointBytes;
    if (count === 0) return;
    conversion.fromZkey({ into, from, count });
    into += count * conversion.pointBytes;
    filled = 0;
  };
  const take = (points: Uint8Array): void => {
    let done = 0;
    while (done < points.length) {
      const piece = points.subarray(done, done + size - filled);
      memory.u8().set(piece, from + filled);
      done += piece.length;
      filled += piece.length;
      if (filled === size) flush();
    }
  };
  return { take, flush };
};
