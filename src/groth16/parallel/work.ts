/** One unit of work, as whichever member of a team holds it carries it out. */
import { NodeFailure } from "../../domain/failure.ts";
import { curveGroups, type G1Point, type G2Point } from "../bigint-curve.ts";
import type { Bases, Kernel, OnProgress } from "../kernel.ts";
import type { CoreMemory } from "../memory.ts";
import type { PreparedKey } from "../prepared-key.ts";
import type { Plan } from "./board.ts";
import type { SumName, Unit } from "./units.ts";

export type MemberTools = {
  /** The member's own region, in the memory that holds the key. */
  readonly memory: CoreMemory;
  readonly kernel: Kernel;
  readonly key: PreparedKey;
  /** Lets the thread turn to its messages, so that it can be ended. */
  readonly turn: () => Promise<void>;
};

/** A point's coordinates, none for infinity; numbers cross between threads. */
export type Coordinates = readonly bigint[];

type SumUnit = Extract<Unit, { kind: "sum" }>;

const INDEX_BYTES = 4;

export const sumOf = async (
  { of, from, count }: SumUnit,
  { plan, onProgress }: { readonly plan: Plan; readonly onProgress: OnProgress },
  { kernel, key }: MemberTools,
): Promise<Coordinates> => {
  const scalars = of === "h" ? plan.quotient : plan.witness;
  const { points, indices } = key.bases[of];
  const pointBytes = of === "b2" ? kernel.g2.pointBytes : kernel.g1.pointBytes;
  const bases: Bases = {
    points: points + from * pointBytes,
    indices: indices + from * INDEX_BYTES,
    count,
  };
  return of === "b2"
    ? g2Coordinates(await kernel.g2.sum(bases, scalars, onProgress))
    : g1Coordinates(await kernel.g1.sum(bases, scalars, onProgress));
};

const g1Coordinates = (point: G1Point): Coordinates =>
  point === "infinity" ? [] : [point.x, point.y];

const g2Coordinates = (point: G2Point): Coordinates =>
  point === "infinity" ? [] : [...point.x, ...point.y];

const g1Point = ([x, y]: Coordinates): G1Point =>
  x === undefined ? "infinity" : { x, y: required(y) };

const g2Point = ([x0, x1, y0, y1]: Coordinates): G2Point =>
  x0 === undefined ? "infinity" : { x: [x0, required(x1)], y: [required(y0), required(y1)] };

const required = (value: bigint | undefined): bigint => {
  if (value !== undefined) return value;
  throw new NodeFailure("internal", "a unit's result lacks a coordinate");
};

export type PartialSum = { readonly of: SumName; readonly result: Coordinates };

/** A.w, B.w in G2, and C.w + H.h, of the parts that all members have made. */
export type WholeSums = { readonly a: G1Point; readonly b: G2Point; readonly c: G1Point };

export const addUp = ({ curve }: PreparedKey, partials: readonly PartialSum[]): WholeSums => {
  const { g1, g2 } = curveGroups[curve];
  const of = (...names: readonly SumName[]): readonly Coordinates[] =>
    partials.filter((partial) => names.includes(partial.of)).map(({ result }) => result);
  return {
    a: of("a").map(g1Point).reduce(g1.add, "infinity"),
    b: of("b2").map(g2Point).reduce(g2.add, "infinity"),
    c: of("c", "h").map(g1Point).reduce(g1.add, "infinity"),
  };
};
