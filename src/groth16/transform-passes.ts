/**
 * The order of a transform's passes: those over blocks beyond a cache go over all of memory; then each block that fits in
 * the cache goes through all that are left. A forward transform is the same in reverse.
 */
import type { NttExports } from "../../kernels/layout.ts";

/** One coarse call. */
export type Call = {
  /** In vectors that it reads and writes. */
  readonly work: number;
  readonly run: () => void;
};

export type Transform = {
  readonly exports: NttExports;
  /** Address of the vectors. */
  readonly data: number;
  readonly vectors: number;
  readonly vectorBytes: number;
  readonly twiddles: number;
};

/** Half of the smallest second-level cache that today's machines have. */
const CACHE_BYTES = 128 * 1024;
/** About 10 ms of work on a desktop. */
const VECTORS_PER_CALL = 2 ** 17;

/** Stages 1 or 2 at once, on blocks of `block` vectors. */
type Pass = { readonly stages: 1 | 2; readonly block: number };

/** From the largest blocks to the smallest: two stages at once, after a single one when their number is odd. */
const passesOf = (vectors: number): readonly Pass[] => {
  const passes: Pass[] = [];
  let block = vectors;
  if (Math.log2(vectors) % 2 === 1) {
    passes.push({ stages: 1, block });
    block /= 2;
  }
  for (; block > 1; block /= 4) passes.push({ stages: 2, block });
  return passes;
};

/** Values to coefficients in bit-reversed order, after frPack. */
export const inverseCalls = (transform: Transform): readonly Call[] =>
  callsOf(transform, { passes: passesOf(transform.vectors), direction: "dif" });

/** Coefficients in bit-reversed order to values, before frJoin. */
export const forwardCalls = (transform: Transform): readonly Call[] =>
  reversed(callsOf(transform, { passes: passesOf(transform.vectors), direction: "dit" }));

const reversed = (calls: readonly Call[]): readonly Call[] => [...calls].reverse();

type Plan = { readonly passes: readonly Pass[]; readonly direction: "dif" | "dit" };
/** Vectors from `begin` below `end`. */
type Stretch = { readonly begin: number; readonly end: number };

/** Calls in the order of "dif"; those of "dit" are the same from behind. */
const callsOf = (transform: Transform, { passes, direction }: Plan): readonly Call[] => {
  const { vectors, vectorBytes } = transform;
  const fits = ({ block }: Pass): boolean => block * vectorBytes <= CACHE_BYTES;
  const whole = { begin: 0, end: vectors };
  const outer = passes
    .filter((pass) => !fits(pass))
    .flatMap((pass) => splitCalls(transform, { pass, direction }, whole));
  const inner = passes.filter(fits);
  const [first] = inner;
  if (first === undefined) return outer;
  const blocks = Array.from({ length: vectors / first.block }, (_, index) => {
    const stretch = { begin: index * first.block, end: (index + 1) * first.block };
    const calls = inner.map((pass) => passCall(transform, { pass, direction }, stretch));
    return together(direction === "dif" ? calls : reversed(calls));
  });
  return [...outer, ...blocks];
};

type Kind = { readonly pass: Pass; readonly direction: "dif" | "dit" };

const together = (calls: readonly Call[]): Call => ({
  work: calls.reduce((sum, { work }) => sum + work, 0),
  run: () => {
    for (const call of calls) call.run();
  },
});

/** A pass over many vectors, in calls that are short enough. */
const splitCalls = (transform: Transform, kind: Kind, whole: Stretch): readonly Call[] => {
  const { block } = kind.pass;
  if (block > VECTORS_PER_CALL) return partCalls(transform, kind, whole);
  const count = Math.ceil((whole.end - whole.begin) / VECTORS_PER_CALL);
  return Array.from({ length: count }, (_, index) => {
    const begin = whole.begin + index * VECTORS_PER_CALL;
    return passCall(transform, kind, { begin, end: Math.min(begin + VECTORS_PER_CALL, whole.end) });
  });
};

/** A pass over blocks that are each too long for one call. */
const partCalls = (transform: Transform, kind: Kind, whole: Stretch): readonly Call[] => {
  const { stages, block } = kind.pass;
  const width = VECTORS_PER_CALL / 2 ** stages;
  const perBlock = block / VECTORS_PER_CALL;
  const count = ((whole.end - whole.begin) / block) * perBlock;
  return Array.from({ length: count }, (_, index) => {
    const begin = whole.begin + Math.floor(index / perBlock) * block;
    const from = (index % perBlock) * width;
    const within = { from, to: from + width };
    return passCall(transform, kind, { begin, end: begin + block, within });
  });
};

const passCall = (
  transform: Transform,
  { pass, direction }: Kind,
  { begin, end, within }: Stretch & { readonly within?: { from: number; to: number } },
): Call => {
  const { exports, data, vectorBytes, twiddles } = transform;
  const { stages, block } = pass;
  const part = block / 2 ** stages;
  const { from, to } = within ?? { from: 0, to: part };
  const work = ((end - begin) / block) * (to - from) * 2 ** stages;
  const [first, last] = [data + begin * vectorBytes, data + end * vectorBytes];
  if (direction === "dif" && stages === 2 && part === 1) {
    return { work, run: () => exports.frDifLast(first, last, twiddles) };
  }
  const call = {
    dif: { 1: exports.frDif1, 2: exports.frDif2 },
    dit: { 1: exports.frDit1, 2: exports.frDit2 },
  }[direction][stages];
  const bytes = [part, from, to].map((count) => count * vectorBytes);
  return { work, run: () => call(first, last, ...bytes, twiddles) };
};
