/**
 * How a scalar is written as a sum of short parts times powers of an endomorphism's eigenvalue: the lattice vector next to
 * (scalar, 0, ...) by Babai's rounding is taken away from it. What split.ts emits is derived here, with the proof of how
 * long the parts can be.
 */
import { AssemblyError } from "../asm/index.ts";
import type { Eigenvalue } from "../curve/endomorphism.ts";

/**
 * One vector of the lattice. It is taken `times` times, with times = ((scalar >> drop) factor + 2^(shift - 1)) >> shift:
 * integers of 32-bit limbs, so that drop and shift are multiples of 32.
 */
export type Step = {
  readonly drop: number;
  readonly factor: bigint;
  readonly shift: number;
  readonly vector: readonly bigint[];
  /** `times` has at most so many bits. */
  readonly bits: number;
};

export type Decomposition = {
  readonly steps: readonly Step[];
  /** Parts are below 2^bits in size. */
  readonly bits: number;
};

/** How far `times` may be from exact before it is rounded: 2^-16. */
const PRECISION = 16;
export const LIMB_BITS = 32;

/** For scalars from 0 to (order - 1) / 2. */
export const decompositionOf = ({ lattice }: Eigenvalue, order: bigint): Decomposition => {
  const volume = determinant(lattice);
  const largest = (order - 1n) / 2n;
  const steps = lattice.map((vector, row) => {
    const minor = determinant(lattice.filter((_, other) => other !== row).map((v) => v.slice(1)));
    const share = (row % 2 === 0 ? minor : -minor) * (volume < 0n ? -1n : 1n);
    const signed = share < 0n ? vector.map((part) => -part) : vector;
    const exact = { numerator: magnitude(share), denominator: magnitude(volume) };
    return stepOf(exact, largest, signed);
  });
  return { steps, bits: bitsOfParts(steps) };
};

type Share = { readonly numerator: bigint; readonly denominator: bigint };

const stepOf = (share: Share, largest: bigint, vector: readonly bigint[]): Step => {
  const { numerator, denominator } = share;
  // What is dropped is worth less than half the error that is allowed, and so is what the factor is rounded by.
  const worth = bitLength(denominator / numerator) - PRECISION - 2;
  const drop = LIMB_BITS * Math.floor(worth / LIMB_BITS);
  const shift = LIMB_BITS * Math.ceil((bitLength(largest) + PRECISION + 1 - drop) / LIMB_BITS);
  const scale = 1n << BigInt(drop + shift);
  const factor = (2n * numerator * scale + denominator) / (2n * denominator);
  const most = (largest * numerator) / denominator + 1n;
  const step = { drop, shift, factor, vector, bits: bitLength(most) };
  requirePrecision(step, share, largest);
  return step;
};

/** @throws AssemblyError when what is dropped, with what the factor is rounded by, is worth more than is allowed. */
const requirePrecision = ({ drop, shift, factor }: Step, share: Share, largest: bigint): void => {
  const { numerator, denominator } = share;
  const scale = 1n << BigInt(drop + shift);
  const dropped = (1n << BigInt(drop)) * numerator * scale;
  const rounded = largest * magnitude(factor * denominator - numerator * scale);
  if ((dropped + rounded) << BigInt(PRECISION) <= denominator * scale) return;
  throw new AssemblyError("a scalar's decomposition is not exact enough");
};

/** A part is at most the sum of what each step leaves: half its vector, and the error. */
const bitsOfParts = (steps: readonly Step[]): number => {
  const halves = 1n + (1n << BigInt(PRECISION - 1));
  const most = steps.map((_, part) => {
    const sum = steps.reduce((total, { vector }) => total + magnitude(vector[part] ?? 0n), 0n);
    return (sum * halves) >> BigInt(PRECISION);
  });
  return Math.max(...most.map(bitLength));
};

/** The twin of the emitted code. */
export const decompose = ({ steps }: Decomposition, scalar: bigint): readonly bigint[] => {
  const parts = steps.map((_, part) => (part === 0 ? scalar : 0n));
  return steps.reduce((left, { drop, factor, shift, vector }) => {
    const half = 1n << BigInt(shift - 1);
    const times = ((scalar >> BigInt(drop)) * factor + half) >> BigInt(shift);
    return left.map((part, index) => part - times * (vector[index] ?? 0n));
  }, parts);
};

/** By the first column. */
const determinant = (rows: readonly (readonly bigint[])[]): bigint =>
  rows.length === 0
    ? 1n
    : rows.reduce((sum, [first = 0n], row) => {
        if (first === 0n) return sum;
        const minor = rows.filter((_, other) => other !== row).map((vector) => vector.slice(1));
        return sum + (row % 2 === 0 ? first : -first) * determinant(minor);
      }, 0n);

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);
