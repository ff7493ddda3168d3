/** The smallest modules that need what a kernel needs: whether a browser has it is known before a kernel is fetched. */
import {
  f64x2,
  i32x4,
  i64,
  i64x2,
  ModuleBuilder,
  wide,
  type FunctionBuilder,
} from "./asm/index.ts";
import type { KernelId } from "./field/field.ts";

/**
 * A module that an engine takes exactly if it has the kernel's instructions. Of `fma2`, `madd(a, b, c)` and
 * `nmadd(a, b, c)` give a b + c and c - a b as the machine rounds them: see `isFused` of src/artifacts/probe.ts.
 */
export const buildProbe = (kernel: KernelId): Uint8Array<ArrayBuffer> => {
  const memory = { min: 0, max: 1, shared: false };
  const module = new ModuleBuilder({ name: `${kernel}.probe`, memory });
  emitters[kernel](module);
  return module.encode();
};

type Emit = (module: ModuleBuilder) => void;

const emitUse = (module: ModuleBuilder, body: (f: FunctionBuilder) => void): void => {
  module.export({ name: "use", params: {} }, body);
};

const emitWide: Emit = (module) => {
  emitUse(module, (f) => {
    const pair = [f.local("i64", "low"), f.local("i64", "high")] as const;
    f.setPair(pair, wide.mulU(i64.const(1), i64.const(1)));
    f.setPair(pair, wide.add128(pair, pair));
  });
};

const emitFused: Emit = (module) => {
  const params = { a: "f64", b: "f64", c: "f64" } as const;
  const results = ["f64"] as const;
  const { splat, extractLane, relaxedMadd, relaxedNmadd } = f64x2;
  module.export({ name: "madd", params, results }, (f, { a, b, c }) => {
    f.return(extractLane(relaxedMadd(splat(a), splat(b), splat(c)), 0));
  });
  module.export({ name: "nmadd", params, results }, (f, { a, b, c }) => {
    f.return(extractLane(relaxedNmadd(splat(a), splat(b), splat(c)), 0));
  });
};

const emitVector: Emit = (module) => {
  emitUse(module, (f) => {
    const value = f.let("value", i64x2.splat(i64.const(1)));
    f.drop(i32x4.extractLane(i64x2.extmulLowU(value, value), 0));
  });
};

/** Nothing that not every browser with WebAssembly has. */
const emitPlain: Emit = (module) => {
  emitUse(module, (f) => f.drop(i64.mul(i64.const(1), i64.const(1))));
};

const emitters: Readonly<Record<KernelId, Emit>> = {
  wide4: emitWide,
  fma2: emitFused,
  ext4: emitVector,
  scalar9: emitPlain,
};
