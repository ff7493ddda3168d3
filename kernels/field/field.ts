/**
 * The boundary between a field kernel and all that is built on it: types only. Nothing above knows how a kernel keeps
 * numbers. A kernel works on vectors of `lanes` field elements; each emitted operation checks when it is emitted that its
 * operands' bounds allow it, so that a widened bound fails the build.
 */
import type { FunctionBuilder, I32, Local, ValueType } from "../asm/index.ts";

export const kernelIds = ["wide4", "fma2", "ext4", "scalar9"] as const;
export type KernelId = (typeof kernelIds)[number];

/** Registers that hold `lanes` field elements. What they mean and how large they may be is the kernel's own affair. */
export type Element = { readonly registers: readonly Local<ValueType>[] };

/** One address for each lane. */
export type Addresses = readonly I32[];

/** One prime field on one kernel. */
export type Field = {
  readonly kernel: KernelId;
  readonly modulus: bigint;
  readonly lanes: 1 | 2 | 4;
  /** Bytes of one element in memory; a multiple of 8. A vector in memory has `lanes` times as many. */
  readonly bytes: number;
  /** Bytes of an element as a canonical integer, little-endian: 32 or 48. */
  readonly wordBytes: 32 | 48;
  /** Code for `f`. Make one per function and share it: its scratch registers are reused. */
  readonly emitter: (f: FunctionBuilder) => FieldEmitter;
  /** Twins of the memory form, in BigInt. `write` takes 0 <= value < modulus; `read` gives the same. */
  readonly write: (view: DataView, address: number, value: bigint) => void;
  readonly read: (view: DataView, address: number) => bigint;
  /** The same of one lane of a vector in memory. */
  readonly writeLane: (view: DataView, address: LaneAddress, value: bigint) => void;
  readonly readLane: (view: DataView, address: LaneAddress) => bigint;
};

export type LaneAddress = { readonly address: number; readonly lane: number };

/**
 * Emits arithmetic on elements. Results may be kept lazily reduced: `norm` brings an element to what memory holds, and
 * `store`, `scatter` and comparisons norm what is not. Operands may be results.
 *
 * @throws AssemblyError while emitting, when an operand's bound does not allow the operation.
 */
export type FieldEmitter = Arithmetic & {
  /** One element from memory, in every lane. */
  readonly broadcast: (into: Element, address: I32, offset?: number) => void;
  readonly constant: (into: Element, value: bigint) => void;
  /**
   * Canonical integers (`wordBytes` each, little-endian, any value below 2^256 or 2^384) times `factor` as elements.
   * snarkjs's Montgomery form is read with factor 2^-256 (2^-384) mod p.
   */
  readonly fromWords: (
    into: Element,
    at: Addresses,
    how: { readonly factor: bigint; readonly offset?: number },
  ) => void;
  /** The canonical integers, below the modulus. */
  readonly toWords: (from: Element, at: Addresses, offset?: number) => void;
};

/** What curve code needs: Fq has it, and so has Fq2, whose element is two of Fq's. */
export type Arithmetic = {
  readonly lanes: number;
  /** Bytes of one element in memory. */
  readonly bytes: number;
  readonly element: (name: string) => Element;
  /** Elements that lie each for itself. */
  readonly gather: (into: Element, at: Addresses, offset?: number) => void;
  readonly scatter: (from: Element, at: Addresses, offset?: number) => void;
  /** A vector, `lanes * bytes` bytes that only `load` and `store` understand. */
  readonly load: (into: Element, address: I32, offset?: number) => void;
  readonly store: (from: Element, address: I32, offset?: number) => void;
  readonly one: (into: Element) => void;
  readonly copy: (into: Element, from: Element) => void;
  readonly mul: (into: Element, a: Element, b: Element) => void;
  readonly sqr: (into: Element, a: Element) => void;
  readonly add: (into: Element, a: Element, b: Element) => void;
  readonly sub: (into: Element, a: Element, b: Element) => void;
  /** Negates the lanes whose flag is not 0. */
  readonly negateWhere: (into: Element, flags: Addresses) => void;
  readonly norm: (into: Element) => void;
  /** Bit k is set when lane k is 0 in the field. */
  readonly zeroMask: (a: Element) => I32;
};
