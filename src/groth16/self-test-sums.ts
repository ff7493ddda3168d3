/** Sums of points that are known multiples of the generator: so the sum is the generator times a number. */
import { basePrime, coordinateBytes, scalarPrime, type Curve } from "../domain/circuit.ts";
import { curveGroups, type AffinePoint, type G1Point, type G2Point } from "./bigint-curve.ts";
import { primeField, quadraticField, type BigintField } from "./bigint-field.ts";
import { generators } from "./generators.ts";
import { JacobianArithmetic, type JacobianPoint } from "./jacobian.ts";
import { edgesOf, FixedNumbers, wordsOf } from "./self-test-numbers.ts";
import { SCALAR_BYTES } from "./zkey.ts";

/** A sum and what it gives. */
export type SumVector<Of> = {
  readonly count: number;
  /** As zkeys hold points, one behind the other. */
  readonly points: Uint8Array<ArrayBuffer>;
  /** Canonical, SCALAR_BYTES each. */
  readonly scalars: Uint8Array<ArrayBuffer>;
  readonly expected: Of;
};

/** A thousand: buckets get several points each, as in a proof. One that is timed should not be mostly overhead. */
const G1_POINTS = 1_024;
const G2_POINTS = 48;
/** Points that come again, and their opposites: what additions of affine points must treat apart. */
const REPEATED = 16;

export const g1Vector = (curve: Curve): SumVector<G1Point> => {
  const { q, g1 } = curveGroups[curve];
  const group: VectorGroup<bigint> = {
    ...{ curve, field: q, generator: generators[curve].g1 },
    parts: (coordinate) => [coordinate],
  };
  const { factor, ...vector } = sumVector(group, G1_POINTS);
  return { ...vector, expected: g1.multiply(group.generator, factor) };
};

export const g2Vector = (curve: Curve): SumVector<G2Point> => {
  const { g2 } = curveGroups[curve];
  const field = quadraticField(primeField(basePrime[curve]));
  const group = { curve, field, generator: generators[curve].g2, parts: asIs } as const;
  const { factor, ...vector } = sumVector(group, G2_POINTS);
  return { ...vector, expected: g2.multiply(group.generator, factor) };
};

const asIs = (parts: readonly bigint[]): readonly bigint[] => parts;

type VectorGroup<Coordinate> = {
  readonly curve: Curve;
  readonly field: BigintField<Coordinate>;
  readonly generator: AffinePoint<Coordinate>;
  /** A coordinate's numbers in the order of the file. */
  readonly parts: (coordinate: Coordinate) => readonly bigint[];
};

const sumVector = <Coordinate>(group: VectorGroup<Coordinate>, count: number) => {
  const order = scalarPrime[group.curve];
  const numbers = new FixedNumbers(BigInt(count));
  const distinct = multiples(group, count - 2 * REPEATED);
  const again = distinct.slice(0, REPEATED);
  const terms = [...distinct, ...again, ...again.map((term) => opposite(group, term))];
  const edges = edgesOf(order);
  const scalars = terms.map((_, index) => edges[index] ?? numbers.below(order));
  const factor = terms.reduce((sum, term, index) => sum + term.factor * (scalars[index] ?? 0n), 0n);
  const remainder = factor % order;
  return {
    ...{ count, scalars: wordsOf(scalars, SCALAR_BYTES) },
    points: zkeyPoints(
      group,
      terms.map(({ point }) => point),
    ),
    factor: remainder < 0n ? remainder + order : remainder,
  };
};

/** A multiple of the generator. */
type Term<Coordinate> = { readonly factor: bigint; readonly point: AffinePoint<Coordinate> };

const opposite = <Coordinate>(
  { field }: VectorGroup<Coordinate>,
  { factor, point }: Term<Coordinate>,
): Term<Coordinate> => ({
  factor: -factor,
  point: { x: point.x, y: field.subtract(field.zero, point.y) },
});

/** The generator times 1, 2, 3, ...: with one division for all of them, which would take most of the time otherwise. */
const multiples = <Coordinate>(
  { field, generator }: VectorGroup<Coordinate>,
  count: number,
): readonly Term<Coordinate>[] => {
  const arithmetic = new JacobianArithmetic(field);
  const step = arithmetic.lift(generator);
  const points = [step];
  while (points.length < count) {
    points.push(arithmetic.add(points.at(-1) ?? arithmetic.infinity, step));
  }
  const inverses = invertAll(field, points);
  return points.map((point, index) => ({
    factor: BigInt(index + 1),
    point: scaled(field, point, inverses[index] ?? field.one),
  }));
};

/** 1/z of every point. */
const invertAll = <Coordinate>(
  field: BigintField<Coordinate>,
  points: readonly JacobianPoint<Coordinate>[],
): readonly Coordinate[] => {
  const before: Coordinate[] = [];
  let product = field.one;
  for (const { z } of points) {
    before.push(product);
    product = field.multiply(product, z);
  }
  let rest = field.invert(product);
  return points
    .map(({ z }, index) => ({ z, product: before[index] ?? field.one }))
    .reverse()
    .map((each) => {
      const inverse = field.multiply(rest, each.product);
      rest = field.multiply(rest, each.z);
      return inverse;
    })
    .reverse();
};

const scaled = <Coordinate>(
  { multiply, square }: BigintField<Coordinate>,
  { x, y }: JacobianPoint<Coordinate>,
  inverse: Coordinate,
): AffinePoint<Coordinate> => {
  const inverse2 = square(inverse);
  return { x: multiply(x, inverse2), y: multiply(y, multiply(inverse2, inverse)) };
};

/** Affine, each coordinate times 2^256 (BLS12-381: 2^384): see BasesName of zkey.ts. */
const zkeyPoints = <Coordinate>(
  { curve, parts }: VectorGroup<Coordinate>,
  points: readonly AffinePoint<Coordinate>[],
): Uint8Array<ArrayBuffer> => {
  const bytes = coordinateBytes[curve];
  const coordinates = points.flatMap(({ x, y }) => [...parts(x), ...parts(y)]);
  const montgomery = coordinates.map((value) => (value << BigInt(8 * bytes)) % basePrime[curve]);
  return wordsOf(montgomery, bytes);
};
