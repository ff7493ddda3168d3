/**
 * From a witness to the scalars of the H sum: A.w and B.w from the key's matrices, their product C on the domain, the three
 * polynomials' values on the coset, and a b - c there. snarkjs's groth16_prove.js from buildABC1 to joinABC, bit for bit.
 *
 * No transform divides by the domain's size n. Instead the coefficients are divided by it once for each key, and C, which
 * is then divided by it twice, is multiplied by it.
 */
import type { MatrixExports, NttExports } from "../../kernels/layout.ts";
import type { Domain, TransformCore } from "./domain.ts";
import type {
  KeyShape,
  OnProgress,
  PlacedRows,
  Polynomial,
  Quotient,
  QuotientPlaces,
} from "./kernel.ts";
import type { Room } from "./memory.ts";
import { forwardCalls, inverseCalls, type Call, type Transform } from "./transform-passes.ts";
import { SCALAR_BYTES } from "./zkey.ts";

export type QuotientCore = TransformCore & { readonly exports: NttExports & MatrixExports };

/** Computes with what writeQuotient wrote; each job takes room for itself and gives it back. */
export const openQuotient = (core: QuotientCore, prepared: QuotientPlaces): Quotient => {
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

/** Scratch of one quotient. The wires' elements lie where A's and the product's vectors will. */
type JobPlaces = Readonly<Record<"rowsA" | "crossing" | "wires" | "a" | "product", number>>;

/** Takes room for the scratch of one quotient. */
export const placeQuotientJob = (
  { wires, domainSize }: { readonly wires: number; readonly domainSize: number },
  { frBytes, lanes }: Pick<KeyShape, "frBytes" | "lanes">,
  room: Room,
): JobPlaces => {
  const take = (elements: number): number => room.alloc(elements * frBytes);
  const rowsA = take(domainSize);
  const crossing = take(lanes ** 2);
  const mark = room.mark();
  const wiresAt = take(wires);
  // The wires are not needed any more when the vectors are written.
  room.release(mark);
  return { rowsA, crossing, wires: wiresAt, a: take(domainSize), product: take(domainSize) };
};

/** All calls of one quotient, on memory that is taken when this returns. */
const wholePlan = (core: QuotientCore, prepared: QuotientPlaces, job: Job): readonly Call[] => {
  const { exports, memory, layout } = core;
  const { domain, wires } = prepared;
  const sizes = { wires, domainSize: domain.size };
  const { rowsA, crossing, a, product, ...places } = placeQuotientJob(sizes, layout, memory);
  // The result comes last, when B's rows are not needed any more; and B takes the place of A's, which are vectors then.
  const rowsB = job.into;
  const b = rowsA;
  const pack = { core, domain, scratch: crossing };
  return [
    ...witnessCalls(core, prepared, { ...places, witness: job.witness, rowsA, rowsB }),
    ...packCalls(pack, (range) =>
      exports.frPackProduct(product, rowsA, rowsB, prepared.size, ...range),
    ),
    ...packCalls(pack, (range) => exports.frPack(a, rowsA, ...range)),
    ...packCalls(pack, (range) => exports.frPack(b, rowsB, ...range)),
    ...[a, b, product].flatMap((data) => cosetCalls(core, domain, data)),
    ...joinCalls(pack, (range) => exports.frJoin(job.into, a, b, product, ...range)),
  ];
};

/** Room for one polynomial's job, beside the polynomial. */
export const placePolynomialJob = (
  { wires, domainSize }: { readonly wires: number; readonly domainSize: number },
  { frBytes, lanes }: Pick<KeyShape, "frBytes" | "lanes">,
  room: Room,
) => ({
  wires: room.alloc(wires * frBytes),
  rowsA: room.alloc(domainSize * frBytes),
  rowsB: room.alloc(domainSize * frBytes),
  crossing: room.alloc(lanes ** 2 * frBytes),
});

/** The same of one polynomial, which stays as it is before the quotient joins the three. */
const polynomialPlan = (
  core: QuotientCore,
  prepared: QuotientPlaces,
  { of, witness, into }: Job & { readonly of: Polynomial },
): readonly Call[] => {
  const { exports, memory, layout } = core;
  const { domain } = prepared;
  const sizes = { wires: prepared.wires, domainSize: domain.size };
  const { crossing, wires, rowsA, rowsB } = placePolynomialJob(sizes, layout, memory);
  const wanted = { a: { rowsA }, b: { rowsB }, product: { rowsA, rowsB } }[of];
  const pack = { core, domain, scratch: crossing };
  return [
    ...witnessCalls(core, prepared, { wires, witness, ...wanted }),
    ...packCalls(pack, (range) =>
      of === "product"
        ? exports.frPackProduct(into, rowsA, rowsB, prepared.size, ...range)
        : exports.frPack(into, of === "a" ? rowsA : rowsB, ...range),
    ),
    ...cosetCalls(core, domain, into),
  ];
};

const joinPlan = (
  core: QuotientCore,
  { domain }: QuotientPlaces,
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
  readonly rowsA?: number;
  readonly rowsB?: number;
};

const ITEMS_PER_CALL = 2 ** 17;

/** Both matrices times the witness. */
const witnessCalls = (
  core: QuotientCore,
  prepared: QuotientPlaces,
  places: Places,
): readonly Call[] => {
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
