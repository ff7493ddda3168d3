/** How wide4 keeps a number: all of its words carried, times the Montgomery radix 2^(64 count). */
import { interval, type Bound, type Interval } from "./bounds.ts";
import { inverse, type LimbShape } from "./numbers.ts";

export type WideShape = LimbShape & {
  readonly modulus: bigint;
  readonly radix: bigint;
  readonly negativeInverse: bigint;
  readonly stored: Bound;
};

const WORD = 64n;

/** The modulus has to fit above a factor. */
const memoryOf = (modulus: bigint, radix: bigint): Interval => {
  const room = radix - 1n - modulus;
  return interval.of(0n, (3n * modulus) / 2n < room ? (3n * modulus) / 2n : room);
};

const radixOf = (count: number): bigint => 2n ** (WORD * BigInt(count));

export const wideShape = (
  modulus: bigint,
  count: number,
  memory = memoryOf(modulus, radixOf(count)),
): WideShape => {
  const radix = radixOf(count);
  const negativeInverse = 2n ** WORD - inverse(modulus, 2n ** WORD);
  return {
    ...{ width: WORD, count, modulus, radix, negativeInverse },
    stored: valueBound(memory),
  };
};

/** The words need no bounds of their own. */
export const valueBound = (value: Interval): Bound => ({ limbs: [], value });
