/**
 * From a witness to the scalars of the H sum: A.w and B.w from the key's matrices, their product C on the domain, the three
 * polynomials' values on the coset, and a b - c there. snarkjs's groth16_prove.js from buildABC1 to joinABC, bit for bit.
 *
 * No transform divides by the domain's size n. Instead the coefficients are divided by it once for each key, and C, which
 * is then divided by it twice, is multiplied by it.
 */
import type { MatrixExports, NttExports } from "../../kernels/layout.ts";
import { scalarPrime } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import type { OnProgress, Polynomial, Quotient } from "./kernel.ts";
import { prepareDomain, writeWord, type Domain, type TransformCore } from "./domain.ts";
import { powerOf } from "./modular.ts";
import { groupMatrices, type RowGroups } from "./row-groups.ts";
import { forwardCalls, inverseCalls, type Call, type Transform } from "./transform-passes.ts";
import { SCALAR_BYTES, type Matrices } from "./zkey.ts";

export type QuotientCore = TransformCore & { readonly exports: NttExports & MatrixExports };

/**
 * Takes memory for what lasts as long as the key, and for each job what it gives back.
 *
 * @throws NodeFailure "artifact" when the domain is not one that can be transformed, "out_of_memory".
 */
export const prepareQuotient = (core: QuotientCore, matrices: Matrices): Quotient => {
  const prepared = prepare(core, matrices);
  const carryOut = async (plan: () => readonly Call[], onProgress?: OnProgress): Promise<void> => {
    const { memory } = core;
    const mark = memory.mark();
    try {
      await runCalls(plan(), onProgress);
    } finally {
      memory.release(mark);
    }
  };
  return {
    compute: (job, onProgress) => carryOut(() => wholePlan(core, prepared, job), onProgress),
    polynomialBytes: prepared.domain.size * core.layout.frBytes,
    polynomial: (job, onProgress) =>
      carryOut(() => polynomialPlan(core, prepared, job), onProgress),
    join: (job) => carryOut(() => joinPlan(core, prepared, job)),
  };
};

/** Addresses of what lasts as long as the key. */
type Prepared = {
  readonly wires: number;
  readonly domain: Domain;
  readonly a: PlacedRows;
  readonly b: PlacedRows;
  readonly coefficients: number;
  /** The domain's size, as an element. */
  readonly size: number;
};

/** Addresses between which one call of frRows works. */
type PlacedRows = readonly { readonly begin: number; readonly end: number }[];

const prepare = (core: QuotientCore, matrices: Matrices): Prepared => {
  const { layout, exports, memory } = core;
  const { wires, domainSize } = matrices;
  requireOffsets(Math.max(wires, domainSize, matrices.count + 1) * layout.frBytes);
  const domain = prepareDomain(core, domainSize);
  const grouped = groupMatrices(matrices, { lanes: layout.lanes, bytes: layout.frBytes });
  const count = grouped.coefficients.length / SCALAR_BYTES;
  const coefficients = memory.alloc(count * layout.frBytes);
  const size = placeElement(core, BigInt(domainSize));
  const [a, b] = [placeRows(core, grouped.a), placeRows(core, grouped.b)];
  const mark = memory.mark();
  const modulus = scalarPrime[layout.curve];
  const scale = placeElement(core, powerOf(BigInt(domainSize), modulus - 2n, modulus));
  const words = memory.alloc(grouped.coefficients.length);
  memory.u8().set(grouped.coefficients, words);
  exports.frCoefficients(coefficients, words, count, scale);
  memory.release(mark);
  return { wires, domain, a, b, coefficients, size };
};

const requireOffsets = (bytes: number): void => {
  if (bytes < 2 ** 32) return;
  throw new NodeFailure("artifact", `the circuit needs arrays of ${bytes} bytes`);
};

const placeElement = ({ layout, exports, memory }: QuotientCore, value: bigint): number => {
  const address = memory.alloc(layout.frBytes);
  const mark = memory.mark();
  const word = memory.alloc(SCALAR_BYTES);
  writeWord(memory, word, value);
  exports.frElements(address, word, 1);
  memory.release(mark);
  return address;
};

const placeRows = ({ memory }: QuotientCore, { groups, cuts }: RowGroups): PlacedRows => {
  const address = memory.alloc(groups.byteLength);
  memory.u8().set(new Uint8Array(groups.buffer, 0, groups.byteLength), address);
  return cuts.slice(1).map((cut, index) => ({
    begin: address + 4 * (cuts[index] ?? 0),
    end: address + 4 * cut,
  }));
};

const runCalls = async (
  calls: readonly Call[],
  onProgress: OnProgress = () => undefined,
): Promise<void> => {
  const whole = calls.reduce((sum, { work }) => sum + work, 0);
  let done = 0;
  for (const { work, run } of calls) {
    run();
    done += work;
    await onProgress(done / whole);
  }
};

type Job = { readonly witness: number; readonly into: number };

/** All calls of one quotient, on memory that is taken when this returns. */
const wholePlan = (core: QuotientCore, prepared: Prepared, job: Job): readonly Call[] => {
  const { exports, memory, layout } = core;
  const { domain } = prepared;
  const room = (elements: number): number => memory.alloc(elements * layout.frBytes);
  const [rowsA, rowsB] = [room(domain.size), room(domain.size)];
  const pack = { core, domain, scratch: room(layout.lanes ** 2) };
  const mark = memory.mark();
  const wires = room(prepared.wires);
  const products = witnessCalls(core, prepared, { ...job, wires, rowsA, rowsB });
  // The wires are not needed any more when the vectors are written.
  memory.release(mark);
  const [a, product] = [room(domain.size), room(domain.size)];
  // B takes the place of A's rows, which have become vectors.
  const b = rowsA;
  return [
    ...products,
    ...packCalls(pack, (range) =>
      exports.frPackProduct(product, rowsA, rowsB, prepared.size, ...range),
    ),
    ...packCalls(pack, (range) => exports.frPack(a, rowsA, ...range)),
    ...packCalls(pack, (range) => exports.frPack(b, rowsB, ...range)),
    ...[a, b, product].flatMap((data) => cosetCalls(core, domain, data)),
    ...joinCalls(pack, (range) => exports.frJoin(job.into, a, b, product, ...range)),
  ];
};

/** The same of one polynomial, which stays as it is before the quotient joins the three. */
const polynomialPlan = (
  core: QuotientCore,
  prepared: Prepared,
  { of, witness, into }: Job & { readonly of: Polynomial },
): readonly Call[] => {
  const { exports, memory, layout } = core;
  const { domain } = prepared;
  const room = (elements: number): number => memory.alloc(elements * layout.frBytes);
  const wires = room(prepared.wires);
  const rowsA = of === "b" ? undefined : room(domain.size);
  const rowsB = of === "a" ? undefined : room(domain.size);
  const pack = { core, domain, scratch: room(layout.lanes ** 2) };
  return [
    ...witnessCalls(core, prepared, { wires, witness, rowsA, rowsB }),
    ...packCalls(pack, (range) =>
      rowsA !== undefined && rowsB !== undefined
        ? exports.frPackProduct(into, rowsA, rowsB, prepared.size, ...range)
        : exports.frPack(into, rowsA ?? rowsB ?? 0, ...range),
    ),
    ...cosetCalls(core, domain, into),
  ];
};

const joinPlan = (
  core: QuotientCore,
  { domain }: Prepared,
  { into, a, b, product }: Readonly<Record<Polynomial | "into", number>>,
): readonly Call[] => {
  const { exports, memory, layout } = core;
  const pack = { core, domain, scratch: memory.alloc(layout.lanes ** 2 * layout.frBytes) };
  return joinCalls(pack, (range) => exports.frJoin(into, a, b, product, ...range));
};

type Places = {
  readonly witness: number;
  readonly wires: number;
  /** Where its rows go, if they are wanted. */
  readonly rowsA: number | undefined;
  readonly rowsB: number | undefined;
};

const ITEMS_PER_CALL = 2 ** 17;

/** Both matrices times the witness. */
const witnessCalls = (core: QuotientCore, prepared: Prepared, places: Places): readonly Call[] => {
  const { exports, layout } = core;
  const { wires, rowsA, rowsB, witness } = places;
  const elements = ranges(prepared.wires, ITEMS_PER_CALL).map(([from, to]) => ({
    work: (to - from) / layout.lanes,
    run: () =>
      exports.frElements(wires + from * layout.frBytes, witness + from * SCALAR_BYTES, to - from),
  }));
  const rows = (placed: PlacedRows, out: number | undefined): readonly Call[] =>
    out === undefined
      ? []
      : placed.map(({ begin, end }) => ({
          work: (end - begin) / (8 * layout.lanes),
          run: () => exports.frRows(begin, end, out, wires, prepared.coefficients),
        }));
  return [...elements, ...rows(prepared.a, rowsA), ...rows(prepared.b, rowsB)];
};

const cosetCalls = (core: QuotientCore, domain: Domain, data: number): readonly Call[] => {
  const { exports, layout } = core;
  const transform: Omit<Transform, "twiddles"> = {
    ...{ exports, data },
    vectors: domain.size / layout.lanes,
    vectorBytes: layout.lanes * layout.frBytes,
  };
  return [
    ...inverseCalls({ ...transform, twiddles: domain.inverse }),
    ...forwardCalls({ ...transform, twiddles: domain.forward }),
  ];
};

type CrossingCalls = {
  readonly core: QuotientCore;
  readonly domain: Domain;
  readonly scratch: number;
};

/** `call` gets what `range` stands for in NttExports. */
const crossingCalls = (
  { core, domain, scratch }: CrossingCalls,
  twiddles: number,
  call: (range: readonly number[]) => void,
): readonly Call[] => {
  const vectors = domain.size / core.layout.lanes;
  return ranges(vectors, ITEMS_PER_CALL / core.layout.lanes).map(([from, to]) => ({
    work: to - from,
    run: () => call([twiddles, scratch, vectors, from, to]),
  }));
};

const packCalls = (parts: CrossingCalls, call: (range: readonly number[]) => void) =>
  crossingCalls(parts, parts.domain.inverse, call);
const joinCalls = (parts: CrossingCalls, call: (range: readonly number[]) => void) =>
  crossingCalls(parts, parts.domain.forward, call);

/** 0 to `count` in pieces of at most `size`. */
const ranges = (count: number, size: number): readonly (readonly [from: number, to: number])[] =>
  Array.from({ length: Math.ceil(count / size) }, (_, index) => [
    index * size,
    Math.min((index + 1) * size, count),
  ]);
