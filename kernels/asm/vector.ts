/**
 * Instructions on v128 that our kernels use, as functions of expressions. Numbers are the opcodes of the WebAssembly core
 * specification and of its relaxed SIMD proposal.
 */
import {
  effect,
  expression,
  type Effect,
  type F64,
  type I32,
  type I64,
  type V128,
} from "./expression.ts";
import type { Instruction } from "./instruction.ts";
import { unsigned } from "./leb128.ts";
import {
  binary,
  constant,
  float64Bytes,
  int64Bytes,
  load,
  plain,
  simd,
  store,
  unary,
  type Shape,
} from "./shapes.ts";

const vector = binary("v128", "v128");
const vectorUnary = unary("v128", "v128");

const laneOf = (lane: number): string => (lane === 0 ? "" : ` ${lane}`);

export const v128 = {
  const: (low: bigint, high: bigint = low): V128 =>
    constant("v128", `v128.const i64x2 ${low} ${high}`, [
      ...simd(12),
      ...int64Bytes(low),
      ...int64Bytes(high),
    ]),
  load: load("v128")("v128.load", simd(0), 3),
  load32x2U: load("v128")("v128.load32x2_u", simd(6), 3),
  load32Splat: load("v128")("v128.load32_splat", simd(9), 2),
  load64Splat: load("v128")("v128.load64_splat", simd(10), 3),
  load32Zero: load("v128")("v128.load32_zero", simd(92), 2),
  load64Zero: load("v128")("v128.load64_zero", simd(93), 3),
  store: store("v128")("v128.store", simd(11), 3),
  /** `value` with one lane from memory. */
  load64Lane: (address: I32, value: V128, at: LaneAt): V128 =>
    expression("v128", laneLoad("v128.load64_lane", 87, { ...at, align: 3 }), [address, value]),
  load32Lane: (address: I32, value: V128, at: LaneAt): V128 =>
    expression("v128", laneLoad("v128.load32_lane", 86, { ...at, align: 2 }), [address, value]),
  store64Lane: (address: I32, value: V128, at: LaneAt): Effect =>
    effect(laneStore("v128.store64_lane", 91, { ...at, align: 3 }), [address, value]),
  store32Lane: (address: I32, value: V128, at: LaneAt): Effect =>
    effect(laneStore("v128.store32_lane", 90, { ...at, align: 2 }), [address, value]),
  not: vectorUnary("v128.not", simd(77)),
  and: vector("v128.and", simd(78)),
  andnot: vector("v128.andnot", simd(79)),
  or: vector("v128.or", simd(80)),
  xor: vector("v128.xor", simd(81)),
  /** Bits of `a` where the mask has ones, of `b` elsewhere. */
  bitselect: (a: V128, b: V128, mask: V128): V128 =>
    expression("v128", plain("v128.bitselect", simd(82), vectors(3)), [a, b, mask]),
  anyTrue: unary("v128", "i32")("v128.any_true", simd(83)),
} as const;

type LaneAt = { readonly lane: number; readonly offset?: number };
type LaneAccess = LaneAt & { readonly align: number };
const vectors = (count: number): Shape => ({
  takes: Array.from({ length: count }, () => "v128" as const),
  gives: ["v128"],
});
const laneBytes = (opcode: number, { lane, offset = 0, align }: LaneAccess): readonly number[] => [
  ...simd(opcode),
  align,
  ...unsigned(offset),
  lane,
];
const laneLoad = (text: string, opcode: number, at: LaneAccess): Instruction =>
  plain(`${text} offset=${at.offset ?? 0}${laneOf(at.lane)}`, laneBytes(opcode, at), {
    takes: ["i32", "v128"],
    gives: ["v128"],
  });
const laneStore = (text: string, opcode: number, at: LaneAccess): Instruction =>
  plain(`${text} offset=${at.offset ?? 0}${laneOf(at.lane)}`, laneBytes(opcode, at), {
    takes: ["i32", "v128"],
    gives: [],
  });

const shift =
  (text: string, opcode: number) =>
  (value: V128, by: I32): V128 =>
    expression("v128", plain(text, simd(opcode), { takes: ["v128", "i32"], gives: ["v128"] }), [
      value,
      by,
    ]);

export const i8x16 = {
  /** Byte k of the result is byte `lanes[k]` of `a` followed by `b`. */
  shuffle: (a: V128, b: V128, lanes: readonly number[]): V128 =>
    expression(
      "v128",
      plain(`i8x16.shuffle ${lanes.join(" ")}`, [...simd(13), ...lanes], vectors(2)),
      [a, b],
    ),
} as const;

export const i32x4 = {
  splat: unary("i32", "v128")("i32x4.splat", simd(17)),
  extractLane: (value: V128, lane: number): I32 =>
    expression(
      "i32",
      plain(`i32x4.extract_lane ${lane}`, [...simd(27), lane], { takes: ["v128"], gives: ["i32"] }),
      [value],
    ),
  replaceLane: (value: V128, lane: number, by: I32): V128 =>
    expression(
      "v128",
      plain(`i32x4.replace_lane ${lane}`, [...simd(28), lane], {
        takes: ["v128", "i32"],
        gives: ["v128"],
      }),
      [value, by],
    ),
  add: vector("i32x4.add", simd(174)),
  sub: vector("i32x4.sub", simd(177)),
  mul: vector("i32x4.mul", simd(181)),
  shl: shift("i32x4.shl", 171),
  shrS: shift("i32x4.shr_s", 172),
  shrU: shift("i32x4.shr_u", 173),
  eq: vector("i32x4.eq", simd(55)),
  gtS: vector("i32x4.gt_s", simd(59)),
  allTrue: unary("v128", "i32")("i32x4.all_true", simd(163)),
} as const;

export const i64x2 = {
  splat: unary("i64", "v128")("i64x2.splat", simd(18)),
  extractLane: (value: V128, lane: number): I64 =>
    expression(
      "i64",
      plain(`i64x2.extract_lane ${lane}`, [...simd(29), lane], { takes: ["v128"], gives: ["i64"] }),
      [value],
    ),
  replaceLane: (value: V128, lane: number, by: I64): V128 =>
    expression(
      "v128",
      plain(`i64x2.replace_lane ${lane}`, [...simd(30), lane], {
        takes: ["v128", "i64"],
        gives: ["v128"],
      }),
      [value, by],
    ),
  add: vector("i64x2.add", simd(206)),
  sub: vector("i64x2.sub", simd(209)),
  mul: vector("i64x2.mul", simd(213)),
  neg: vectorUnary("i64x2.neg", simd(193)),
  shl: shift("i64x2.shl", 203),
  shrS: shift("i64x2.shr_s", 204),
  shrU: shift("i64x2.shr_u", 205),
  extmulLowU: vector("i64x2.extmul_low_i32x4_u", simd(222)),
  extmulHighU: vector("i64x2.extmul_high_i32x4_u", simd(223)),
  extmulLowS: vector("i64x2.extmul_low_i32x4_s", simd(220)),
  extmulHighS: vector("i64x2.extmul_high_i32x4_s", simd(221)),
  eq: vector("i64x2.eq", simd(214)),
  ltS: vector("i64x2.lt_s", simd(216)),
  gtS: vector("i64x2.gt_s", simd(217)),
  allTrue: unary("v128", "i32")("i64x2.all_true", simd(195)),
} as const;

export const f64x2 = {
  splat: unary("f64", "v128")("f64x2.splat", simd(20)),
  extractLane: (value: V128, lane: number): F64 =>
    expression(
      "f64",
      plain(`f64x2.extract_lane ${lane}`, [...simd(33), lane], { takes: ["v128"], gives: ["f64"] }),
      [value],
    ),
  const: (value: number): V128 =>
    constant("v128", `v128.const f64x2 ${value} ${value}`, [
      ...simd(12),
      ...float64Bytes(value),
      ...float64Bytes(value),
    ]),
  neg: vectorUnary("f64x2.neg", simd(237)),
  add: vector("f64x2.add", simd(240)),
  sub: vector("f64x2.sub", simd(241)),
  mul: vector("f64x2.mul", simd(242)),
  eq: vector("f64x2.eq", simd(71)),
  lt: vector("f64x2.lt", simd(73)),
  /** a b + c, rounded once or twice as the machine likes: a kernel that uses it probes which. */
  relaxedMadd: (a: V128, b: V128, c: V128): V128 =>
    expression("v128", plain("f64x2.relaxed_madd", simd(0x107), vectors(3)), [a, b, c]),
  relaxedNmadd: (a: V128, b: V128, c: V128): V128 =>
    expression("v128", plain("f64x2.relaxed_nmadd", simd(0x108), vectors(3)), [a, b, c]),
} as const;
