/** Points as a zkey stores them: affine, little-endian, each coordinate in Montgomery form with R = 2^(8 * width). */
import type { Curve } from "../../src/domain/circuit.ts";
import { basePrime, coordinateBytes } from "../../src/domain/circuit.ts";
import type { Fp2, G1Affine, G2Affine } from "../verify/curves.ts";
import { pairingCurves } from "../verify/curves.ts";
import { badZkey } from "./zkey-sections.ts";

/** Little-endian unsigned integer. */
export const littleEndian = (bytes: Uint8Array): bigint =>
  BigInt(`0x0${Buffer.from(bytes).reverse().toString("hex")}`);

export const g1Bytes = (curve: Curve): number => 2 * coordinateBytes[curve];
export const g2Bytes = (curve: Curve): number => 4 * coordinateBytes[curve];

export type PointReader = {
  /** Reads on from where the last point ended. */
  readonly g1: () => G1Affine;
  readonly g2: () => G2Affine;
};

/** Reads points one after another; a coordinate that is not below the field's order is refused. */
export const pointReader = (curve: Curve, bytes: Uint8Array): PointReader => {
  const width = coordinateBytes[curve];
  const order = basePrime[curve];
  const { Fp } = pairingCurves[curve].fields;
  const inverseR = Fp.inv(Fp.create(1n << BigInt(8 * width)));
  let position = 0;

  const coordinate = (): bigint => {
    const stored = littleEndian(bytes.subarray(position, position + width));
    if (stored >= order) {
      throw badZkey(
        "ZKEY_COORDINATE",
        "the zkey has a coordinate that is not below the order of the curve's field",
      );
    }
    position += width;
    return Fp.mul(stored, inverseR);
  };
  const extension = (): Fp2 => {
    const c0 = coordinate();
    return { c0, c1: coordinate() };
  };
  return {
    g1: () => {
      const x = coordinate();
      return { x, y: coordinate() };
    },
    g2: () => {
      const x = extension();
      return { x, y: extension() };
    },
  };
};
