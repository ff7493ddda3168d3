/**
 * The domain of a proof's polynomials, as snarkjs chooses it: the 2^k-th roots of unity, and their coset by the root of
 * twice the order. Twiddles are computed once for each size and stay in memory.
 */
import type { KernelLayout, NttExports } from "../../kernels/layout.ts";
import { scalarPrime, type Curve } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import { writeLittleEndian } from "./binfile.ts";
import type { CoreMemory, Room } from "./memory.ts";
import { powerOf } from "./modular.ts";
import { SCALAR_BYTES } from "./zkey.ts";

/** A kernel module at work. */
export type TransformCore = {
  readonly exports: NttExports & { readonly frElements: NttExports["frPowers"] };
  readonly memory: CoreMemory;
  readonly layout: Pick<KernelLayout, "curve" | "lanes" | "frBytes">;
};

/** Addresses of tables of `size` elements. */
export type Domain = {
  readonly size: number;
  /** Of inverse transforms, over the roots of unity. */
  readonly inverse: number;
  /** Of forward transforms, over the coset. */
  readonly forward: number;
};

type DomainShape = Pick<KernelLayout, "lanes" | "frBytes">;

/** Takes room for a domain's twiddles. */
export const placeDomain = (size: number, { lanes, frBytes }: DomainShape, room: Room): Domain => {
  // Powers are written as whole vectors, the last of which may reach beyond the table.
  const bytes = (size + lanes) * frBytes;
  return { size, inverse: room.alloc(bytes), forward: room.alloc(bytes) };
};

/** Whether the field has such a domain, with enough elements for a vector. */
export const canTransform = (
  { curve, lanes }: Pick<KernelLayout, "curve" | "lanes">,
  size: number,
): boolean => {
  const power = Math.log2(size);
  const most = Math.min(twoAdicityOf(scalarPrime[curve]), MOST_POWER);
  return Number.isInteger(power) && size >= lanes && power <= most;
};

/** Above it, 32-bit addresses do not reach. */
const MOST_POWER = 28;

/** @throws NodeFailure "artifact" when the domain cannot be transformed. */
export const prepareDomain = (core: TransformCore, size: number): Domain => {
  const domain = placeDomain(size, core.layout, core.memory);
  writeDomain(core, domain);
  return domain;
};

/**
 * Computes a domain's twiddles, in room that it gives back.
 *
 * @throws NodeFailure "artifact" when the domain cannot be transformed.
 */
export const writeDomain = (core: TransformCore, { size, inverse, forward }: Domain): void => {
  const { curve } = core.layout;
  if (!canTransform(core.layout, size)) {
    throw new NodeFailure("artifact", `a domain of ${size} elements cannot be transformed`);
  }
  const { root, shift, modulus } = rootsOf(curve, Math.log2(size));
  const inverseRoot = powerOf(root, modulus - 2n, modulus);
  writeTwiddles(core, { table: inverse, size }, { root: inverseRoot, shift: 1n, modulus });
  writeTwiddles(core, { table: forward, size }, { root, shift, modulus });
};

type Roots = {
  /** Of unity, primitive, of the domain's order. */
  readonly root: bigint;
  /** Takes the domain to its coset. */
  readonly shift: bigint;
  readonly modulus: bigint;
};

/** ffjavascript's (wasm_field1.js): powers of the smallest number that is no square. */
const rootsOf = (curve: Curve, power: number): Roots => {
  const modulus = scalarPrime[curve];
  const most = twoAdicityOf(modulus);
  let nonSquare = 2n;
  while (powerOf(nonSquare, (modulus - 1n) / 2n, modulus) === 1n) nonSquare += 1n;
  const rootOf = (exponent: number): bigint =>
    powerOf(nonSquare, (modulus - 1n) >> BigInt(exponent), modulus);
  const shift = power === most ? nonSquare ** 2n : rootOf(power + 1);
  return { modulus, shift, root: rootOf(power) };
};

const twoAdicityOf = (modulus: bigint): number => {
  let power = 0;
  while ((modulus - 1n) % 2n ** BigInt(power + 1) === 0n) power += 1;
  return power;
};

/**
 * A stage whose blocks have 2 m elements has its twiddles at elements m to 2 m - 1: the powers of the root of order 2 m,
 * times what the shift to the coset has become after the halvings above this stage. So the shift costs nothing.
 */
const writeTwiddles = (
  { exports, memory, layout }: TransformCore,
  { table, size }: { readonly table: number; readonly size: number },
  { root, shift, modulus }: Roots,
): void => {
  const { lanes, frBytes } = layout;
  const mark = memory.mark();
  const words = memory.alloc((lanes + 1) * SCALAR_BYTES);
  const seeds = memory.alloc((lanes + 1) * frBytes);
  // A stage's last vector may reach into the next one's, so the smaller stages come first.
  for (let half = 1; half < size; half *= 2) {
    const halvings = BigInt(size / (2 * half));
    const ratio = powerOf(root, halvings, modulus);
    const first = powerOf(shift, halvings, modulus);
    for (let lane = 0; lane < lanes; lane += 1) {
      const seed = first * powerOf(ratio, BigInt(lane), modulus);
      writeWord(memory, words + lane * SCALAR_BYTES, seed % modulus);
    }
    const step = powerOf(ratio, BigInt(lanes), modulus);
    writeWord(memory, words + lanes * SCALAR_BYTES, step);
    exports.frElements(seeds, words, lanes + 1);
    exports.frPowers(table + half * frBytes, table + 2 * half * frBytes, seeds);
  }
  memory.release(mark);
};

/** A canonical integer. */
export const writeWord = (memory: CoreMemory, address: number, value: bigint): void => {
  writeLittleEndian(memory.u8().subarray(address, address + SCALAR_BYTES), value);
};
