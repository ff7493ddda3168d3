/**
 * G1 and G2 of both curves over BigInt: for the handful of operations that turn the sums into a proof. A
 * multiplication takes about 1.2 ms in G1 and 2.7 in G2 (BLS12-381: 1.8 and 4). Not constant-time.
 */
import { basePrime, scalarPrime, type Curve } from "../domain/circuit.ts";
import {
  JacobianArithmetic,
  type AffinePoint,
  type JacobianPoint,
  type Point,
} from "./jacobian.ts";
import { primeField, quadraticField, type BigintField, type Fq2 } from "./bigint-field.ts";

export type { AffinePoint, Point };

export type G1Point = Point<bigint>;
export type G2Point = Point<Fq2>;

export type Group<Coordinate> = {
  readonly isOnCurve: (point: AffinePoint<Coordinate>) => boolean;
  readonly add: (p: Point<Coordinate>, q: Point<Coordinate>) => Point<Coordinate>;
  /** `scalar` times a point; 0 <= scalar. */
  readonly multiply: (point: Point<Coordinate>, scalar: bigint) => Point<Coordinate>;
};

/** y^2 = x^3 + b over a field. */
const createGroup = <Coordinate>(
  field: BigintField<Coordinate>,
  b: Coordinate,
): Group<Coordinate> => {
  const points = new JacobianArithmetic(field);
  return {
    isOnCurve: ({ x, y }) => {
      const cube = field.multiply(field.square(x), x);
      return field.isZero(field.subtract(field.square(y), field.add(cube, b)));
    },
    add: (p, q) => points.drop(points.add(points.lift(p), points.lift(q))),
    multiply: (point, scalar) => points.drop(multiply(points, points.lift(point), scalar)),
  };
};

const multiply = <Coordinate>(
  points: JacobianArithmetic<Coordinate>,
  point: JacobianPoint<Coordinate>,
  scalar: bigint,
): JacobianPoint<Coordinate> => {
  const two = points.double(point);
  // The point times 1, 3, 5, ...
  const odd = [point];
  for (let factor = 3; factor < WINDOW / 2; factor += 2) {
    odd.push(points.add(odd.at(-1) ?? points.infinity, two));
  }
  let result = points.infinity;
  for (const digit of nonAdjacentForm(scalar).reverse()) {
    result = points.double(result);
    if (digit === 0) continue;
    const multiple = odd[(Math.abs(digit) - 1) / 2] ?? points.infinity;
    result = points.add(result, digit < 0 ? points.negate(multiple) : multiple);
  }
  return result;
};

/** Digits are below half of it in size: 16 means four bits at a time, one addition per five bits. */
const WINDOW = 16;

/** Signed digits, the lowest first: odd or 0, and three zeros at least between two that are not. */
const nonAdjacentForm = (scalar: bigint): number[] => {
  const digits: number[] = [];
  let rest = scalar;
  while (rest > 0n) {
    const low = Number(rest & BigInt(WINDOW - 1));
    const isOdd = (low & 1) === 1;
    const digit = !isOdd ? 0 : low < WINDOW / 2 ? low : low - WINDOW;
    digits.push(digit);
    rest = (rest - BigInt(digit)) >> 1n;
  }
  return digits;
};

export type CurveGroups = {
  /** The base field. */
  readonly q: BigintField<bigint>;
  /** The scalar field. */
  readonly r: BigintField<bigint>;
  readonly g1: Group<bigint>;
  readonly g2: Group<Fq2>;
};

const bn128 = primeField(basePrime.bn128);
const bn128Square = quadraticField(bn128);
const bls12381 = primeField(basePrime.bls12381);

/** BN254: y^2 = x^3 + 3 and 3/(9 + u) (EIP-197). BLS12-381: 4 and 4 + 4u (draft-irtf-cfrg-pairing-friendly-curves). */
export const curveGroups: Readonly<Record<Curve, CurveGroups>> = {
  bn128: {
    q: bn128,
    r: primeField(scalarPrime.bn128),
    g1: createGroup(bn128, 3n),
    g2: createGroup(bn128Square, bn128Square.multiply([3n, 0n], bn128Square.invert([9n, 1n]))),
  },
  bls12381: {
    q: bls12381,
    r: primeField(scalarPrime.bls12381),
    g1: createGroup(bls12381, 4n),
    g2: createGroup(quadraticField(bls12381), [4n, 4n]),
  },
};
