import { basePrime, coordinateBytes, type Curve } from "../domain/circuit.ts";
import type { NodeFailure } from "../domain/failure.ts";
import { curveGroups, type AffinePoint, type Group } from "./bigint-curve.ts";
import type { Fq2 } from "./bigint-field.ts";
import { readLittleEndian } from "./binfile.ts";

/** Points of a key's header, as the file has them. */
export type HeaderPoints = Readonly<
  Record<"alpha1" | "beta1" | "beta2" | "gamma2" | "delta1" | "delta2", Uint8Array>
>;

/**
 * Checks that the six points of a key's header are canonical and on their curves, and none of them infinity: alpha, beta
 * and delta go into every proof, and its randomness hangs on delta.
 */
export const checkHeaderPoints = (
  curve: Curve,
  points: HeaderPoints,
  malformed: (what: string) => NodeFailure,
): void => {
  const { g1, g2 } = curveGroups[curve];
  const check = <Coordinate>(
    name: keyof HeaderPoints,
    group: Group<Coordinate>,
    pointOf: (coordinates: readonly bigint[]) => AffinePoint<Coordinate>,
  ): void => {
    const coordinates = readCoordinates(points[name], curve);
    if (coordinates === undefined) {
      throw malformed(`${name} has a coordinate that is not below the base field's prime`);
    }
    if (group.isOnCurve(pointOf(coordinates))) return;
    throw malformed(`${name} is no point of ${curve}'s curve`);
  };
  for (const name of ["alpha1", "beta1", "delta1"] as const) {
    check<bigint>(name, g1, ([x = 0n, y = 0n]) => ({ x, y }));
  }
  for (const name of ["beta2", "gamma2", "delta2"] as const) {
    check<Fq2>(name, g2, ([x0 = 0n, x1 = 0n, y0 = 0n, y1 = 0n]) => ({ x: [x0, x1], y: [y0, y1] }));
  }
};

/** Out of Montgomery form; undefined when one is not below p. */
const readCoordinates = (point: Uint8Array, curve: Curve): readonly bigint[] | undefined => {
  const width = coordinateBytes[curve];
  const p = basePrime[curve];
  const { q: field } = curveGroups[curve];
  const unshift = field.invert(2n ** BigInt(8 * width) % p);
  const coordinates: bigint[] = [];
  for (let at = 0; at < point.length; at += width) {
    const value = readLittleEndian(point.subarray(at, at + width));
    if (value >= p) return undefined;
    coordinates.push(field.multiply(value, unshift));
  }
  return coordinates;
};
