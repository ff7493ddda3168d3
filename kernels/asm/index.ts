/** The assembler: build functions of typed expressions, check them, write them as a module or as text. */
export { call, callVoid, type FunctionBuilder, type Local } from "./function.ts";
export type { Effect, Expression, I32, I64, V128 } from "./expression.ts";
export { AssemblyError, type ValueType } from "./instruction.ts";
export { listing } from "./listing.ts";
export { ModuleBuilder } from "./module.ts";
export { i32, i64, wide } from "./scalar.ts";
export { f64x2, i32x4, i64x2, i8x16, v128 } from "./vector.ts";
