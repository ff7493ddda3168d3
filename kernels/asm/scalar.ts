/**
 * Instructions on i32 and i64 that our kernels use, as functions of expressions. Numbers are the opcodes of the
 * WebAssembly core specification; those of wide arithmetic are its proposal's.
 */
import { effect, type Effect, type I32, type I64 } from "./expression.ts";
import { signed } from "./leb128.ts";
import { binary, constant, load, numeric, plain, store, unary, type Shape } from "./shapes.ts";

const i32x2 = binary("i32", "i32");
const i64x2in = binary("i64", "i64");
const i64test = binary("i64", "i32");
export const i32 = {
  const: (value: number): I32 =>
    constant("i32", `i32.const ${value}`, [0x41, ...signed(BigInt.asIntN(32, BigInt(value)))]),
  add: i32x2("i32.add", [0x6a]),
  sub: i32x2("i32.sub", [0x6b]),
  mul: i32x2("i32.mul", [0x6c]),
  and: i32x2("i32.and", [0x71]),
  or: i32x2("i32.or", [0x72]),
  xor: i32x2("i32.xor", [0x73]),
  shl: i32x2("i32.shl", [0x74]),
  shrS: i32x2("i32.shr_s", [0x75]),
  shrU: i32x2("i32.shr_u", [0x76]),
  divU: i32x2("i32.div_u", [0x6e]),
  eq: i32x2("i32.eq", [0x46]),
  ne: i32x2("i32.ne", [0x47]),
  ltS: i32x2("i32.lt_s", [0x48]),
  ltU: i32x2("i32.lt_u", [0x49]),
  gtS: i32x2("i32.gt_s", [0x4a]),
  gtU: i32x2("i32.gt_u", [0x4b]),
  leU: i32x2("i32.le_u", [0x4d]),
  geS: i32x2("i32.ge_s", [0x4e]),
  geU: i32x2("i32.ge_u", [0x4f]),
  eqz: unary("i32", "i32")("i32.eqz", [0x45]),
  clz: unary("i32", "i32")("i32.clz", [0x67]),
  ctz: unary("i32", "i32")("i32.ctz", [0x68]),
  wrapI64: unary("i64", "i32")("i32.wrap_i64", [0xa7]),
  load: load("i32")("i32.load", [0x28], 2),
  load8U: load("i32")("i32.load8_u", [0x2d], 0),
  load16U: load("i32")("i32.load16_u", [0x2f], 1),
  load16S: load("i32")("i32.load16_s", [0x2e], 1),
  store: store("i32")("i32.store", [0x36], 2),
  store8: store("i32")("i32.store8", [0x3a], 0),
  store16: store("i32")("i32.store16", [0x3b], 1),
} as const;

export const i64 = {
  const: (value: bigint | number): I64 => {
    const wrapped = BigInt.asIntN(64, BigInt(value));
    return constant("i64", `i64.const ${wrapped}`, [0x42, ...signed(wrapped)]);
  },
  add: i64x2in("i64.add", [0x7c]),
  sub: i64x2in("i64.sub", [0x7d]),
  mul: i64x2in("i64.mul", [0x7e]),
  and: i64x2in("i64.and", [0x83]),
  or: i64x2in("i64.or", [0x84]),
  xor: i64x2in("i64.xor", [0x85]),
  shl: i64x2in("i64.shl", [0x86]),
  shrS: i64x2in("i64.shr_s", [0x87]),
  shrU: i64x2in("i64.shr_u", [0x88]),
  eq: i64test("i64.eq", [0x51]),
  ne: i64test("i64.ne", [0x52]),
  ltS: i64test("i64.lt_s", [0x53]),
  ltU: i64test("i64.lt_u", [0x54]),
  gtU: i64test("i64.gt_u", [0x56]),
  geU: i64test("i64.ge_u", [0x5a]),
  eqz: unary("i64", "i32")("i64.eqz", [0x50]),
  extendI32U: unary("i32", "i64")("i64.extend_i32_u", [0xad]),
  extendI32S: unary("i32", "i64")("i64.extend_i32_s", [0xac]),
  reinterpretF64: unary("f64", "i64")("i64.reinterpret_f64", [0xbd]),
  load: load("i64")("i64.load", [0x29], 3),
  load32U: load("i64")("i64.load32_u", [0x35], 2),
  store: store("i64")("i64.store", [0x37], 3),
  store32: store("i64")("i64.store32", [0x3e], 2),
} as const;

/** Wide arithmetic: each leaves the low word, then the high word on top; `setPair` of a function takes them. */
export const wide = {
  mulU: (a: I64, b: I64): Effect =>
    effect(plain("i64.mul_wide_u", numeric(22), wideShape(2)), [a, b]),
  add128: (a: Pair, b: Pair): Effect =>
    effect(plain("i64.add128", numeric(19), wideShape(4)), [...a, ...b]),
  sub128: (a: Pair, b: Pair): Effect =>
    effect(plain("i64.sub128", numeric(20), wideShape(4)), [...a, ...b]),
} as const;

/** Low and high word. */
export type Pair = readonly [I64, I64];
const wideShape = (words: number): Shape => ({
  takes: Array.from({ length: words }, () => "i64" as const),
  gives: ["i64", "i64"],
});
