import { describe, expect, it } from "vitest";
import { AssemblyError, i32, ModuleBuilder, type FunctionBuilder } from "../asm/index.ts";
import { createConstantPool } from "../constants.ts";
import { curveParameters } from "../curves.ts";
import { interval } from "./bounds.ts";
import { ext4 } from "./ext4.ts";
import {
  kernelIds,
  type Addresses,
  type Element,
  type FieldEmitter,
  type KernelId,
} from "./field.ts";
import { fma2 } from "./fma2.ts";
import { fmaLimbsOf } from "./fma-shape.ts";
import { createField } from "./index.ts";
import { wordBytesOf } from "./numbers.ts";
import { scalar9 } from "./scalar9.ts";
import { limbShapeOf } from "./scalar-shape.ts";
import { wide4 } from "./wide4.ts";
import type { MakeField } from "../testing/field-lab.ts";

const fields = [
  ["BN254's Fq", curveParameters.bn254.q],
  ["BN254's Fr", curveParameters.bn254.r],
  ["BLS12-381's Fq", curveParameters.bls12381.q],
  ["BLS12-381's Fr", curveParameters.bls12381.r],
] as const;

/** Emits one function of field code, and so checks its bounds. */
const emit =
  (
    make: MakeField,
    body: (e: FieldEmitter, f: FunctionBuilder) => void,
    modulus: bigint = curveParameters.bn254.q,
  ) =>
  (): void => {
    const module = new ModuleBuilder({ name: "m", memory: { min: 1, max: 1, shared: false } });
    const pool = createConstantPool(module, { start: 64, limit: 65_536 });
    const field = make({ modulus, pool });
    module.function({ name: "body", params: {} }, (f) => body(field.emitter(f), f));
  };

const loaded = (e: FieldEmitter, name: string): Element => {
  const element = e.element(name);
  e.load(element, i32.const(0));
  return element;
};

const places = (e: FieldEmitter): Addresses =>
  Array.from({ length: e.lanes }, (_, lane) => i32.const(64 * lane));

/** A sum of what memory holds: lazily added where the kernel does so. */
const sum = (e: FieldEmitter): Element => {
  const a = loaded(e, "a");
  e.add(a, a, a);
  return a;
};

/** What only moves numbers has no bound of its own. */
type Bounded = Exclude<
  keyof FieldEmitter,
  "lanes" | "bytes" | "element" | "copy" | "one" | "constant" | "gather" | "broadcast"
>;

const operations: Readonly<Record<Bounded, (e: FieldEmitter) => void>> = {
  load: (e) => void loaded(e, "a"),
  mul: (e) => {
    const a = loaded(e, "a");
    e.mul(a, a, loaded(e, "b"));
  },
  sqr: (e) => {
    const a = loaded(e, "a");
    e.sqr(a, a);
  },
  add: (e) => void sum(e),
  sub: (e) => {
    const a = loaded(e, "a");
    e.sub(a, a, loaded(e, "b"));
  },
  negateWhere: (e) => e.negateWhere(loaded(e, "a"), places(e)),
  norm: (e) => e.norm(sum(e)),
  zeroMask: (e) => void e.zeroMask(loaded(e, "a")),
  store: (e) => e.store(sum(e), i32.const(0)),
  scatter: (e) => e.scatter(sum(e), places(e)),
  fromWords: (e) => e.fromWords(e.element("a"), places(e), { factor: 1n }),
  toWords: (e) => e.toWords(loaded(e, "a"), places(e)),
};
const names = Object.keys(operations) as readonly Bounded[];

/** A constant or bound that the proofs rest on, taken too large. */
type Widening = { readonly what: string; readonly make: MakeField };

/** One limb's unit of memory's last limb, of kernels that have 29 bits or so in each. */
const lastUnit = (modulus: bigint): bigint => {
  const { width, count } = limbShapeOf(modulus);
  return 2n ** (width * BigInt(count - 1));
};

/** Each kernel's, by what each operation refuses; a load refuses what registers cannot hold. */
const widenings: Readonly<Record<KernelId, Readonly<Record<Bounded, Widening>>>> = {
  scalar9: (() => {
    const memory = (bits: bigint): Widening => ({
      what: `a last limb of ${bits} bits in memory`,
      make: (p) =>
        scalar9({ ...p, memory: interval.around(2n ** bits * lastUnit(p.modulus) - 1n) }),
    });
    const limbs: Widening = {
      what: "limbs of 30 bits",
      make: (p) => scalar9({ ...p, limbs: { ...limbShapeOf(p.modulus), width: 30n } }),
    };
    const least: Widening = {
      what: "a last limb of -2^63 in memory",
      make: (p) => scalar9({ ...p, memory: interval.of(-(2n ** 63n) * lastUnit(p.modulus), 0n) }),
    };
    const wide = memory(40n);
    return {
      ...{ mul: limbs, sqr: limbs, fromWords: limbs },
      ...{ norm: wide, zeroMask: wide, store: wide, scatter: wide, toWords: wide },
      ...{ add: memory(63n), sub: memory(63n), negateWhere: least, load: memory(64n) },
    };
  })(),
  ext4: (() => {
    const memory = (bits: bigint): Widening => ({
      what: `a last limb of ${bits} bits in memory`,
      make: (p) => ext4({ ...p, memory: interval.around(2n ** bits * lastUnit(p.modulus) - 1n) }),
    });
    const limbs: Widening = {
      what: "limbs of 30 bits",
      make: (p) => ext4({ ...p, limbs: { ...limbShapeOf(p.modulus), width: 30n } }),
    };
    const least: Widening = {
      what: "a last limb of -2^31 in memory",
      make: (p) => ext4({ ...p, memory: interval.of(-(2n ** 31n) * lastUnit(p.modulus), 0n) }),
    };
    const wide = memory(30n);
    return {
      ...{ mul: limbs, sqr: limbs, fromWords: limbs },
      ...{ add: wide, sub: wide, norm: wide, zeroMask: wide, store: wide, scatter: wide },
      ...{ toWords: wide, negateWhere: least, load: memory(32n) },
    };
  })(),
  fma2: (() => {
    const bias = (bits: bigint): Widening => ({
      what: `a bias of 2^${bits}`,
      make: (p) => fma2({ ...p, internals: { bias: 2n ** bits } }),
    });
    // In five limbs all that f64 hold exactly can be normed: sums are refused nothing but what they cannot hold.
    const memory: Widening = {
      what: "a last limb above 2^53 in memory",
      make: (p) => {
        const { width, count } = fmaLimbsOf(p.modulus);
        const unit = 2n ** (width * BigInt(count - 1));
        return fma2({ ...p, internals: { memory: interval.around(2n ** 54n * unit) } });
      },
    };
    return {
      ...{ mul: bias(52n), sqr: bias(64n), fromWords: bias(52n), toWords: bias(64n) },
      ...{ load: memory, add: memory, sub: memory, negateWhere: memory, norm: memory },
      ...{ zeroMask: memory, store: memory, scatter: memory },
    };
  })(),
  wide4: (() => {
    const memoryOf = (count: number) => interval.of(0n, 2n ** (64n * BigInt(count)) - 1n);
    const countOf = (modulus: bigint): number => wordBytesOf(modulus) / 8;
    const fewer: Widening = {
      what: "a word too few",
      make: (p) => {
        const count = countOf(p.modulus) - 1;
        return wide4({ ...p, count, memory: memoryOf(count) });
      },
    };
    const modulus: Widening = {
      what: "a modulus that fills its words",
      make: (p) => {
        const memory = memoryOf(countOf(p.modulus));
        return wide4({ ...p, modulus: memory.high, memory });
      },
    };
    const beyond: Widening = {
      what: "more in memory than words hold",
      make: (p) => {
        const { low, high } = memoryOf(countOf(p.modulus));
        return wide4({ ...p, memory: interval.of(low, high + 1n) });
      },
    };
    return {
      ...{ mul: modulus, sqr: modulus, add: modulus, sub: modulus, fromWords: modulus },
      ...{ norm: fewer, zeroMask: fewer, store: fewer, scatter: fewer, toWords: fewer },
      ...{ negateWhere: fewer, load: beyond },
    };
  })(),
};

describe.each(kernelIds)("by %s", (kernel) => {
  const real: MakeField = (parts) => createField(kernel, parts);

  describe.each(fields)("in %s", (_field, modulus) => {
    it.each(names)("%s is proven to be exact, and refused where it might not be", (name) => {
      const { what, make } = widenings[kernel][name];
      expect(emit(real, operations[name], modulus)).not.toThrow();
      expect(emit(make, operations[name], modulus), what).toThrow(AssemblyError);
      expect(emit(make, operations[name], modulus), what).toThrow(/allowed is|too large/u);
      // Not for its operand's sake: that may be as large as its registers are.
      if (make !== widenings[kernel].load.make) {
        expect(emit(make, operations.load, modulus), `load: ${what}`).not.toThrow();
      }
    });
  });
});

describe.each(kernelIds)("loops on %s", (kernel) => {
  const make: MakeField = (parts) => createField(kernel, parts);
  const loop = (turn: (e: FieldEmitter, a: ReturnType<FieldEmitter["element"]>) => void) =>
    emit(make, (e, f) => {
      const a = e.element("carried");
      e.one(a);
      const index = f.local("i32", "index");
      f.for(index, { from: i32.const(0), to: i32.const(9) }, () => turn(e, a));
      e.store(a, i32.const(1024));
    });

  it("may carry products", () => {
    expect(loop((e, a) => e.sqr(a, a))).not.toThrow();
  });

  it("may carry sums that are normed", () => {
    const body = loop((e, a) => {
      e.add(a, a, a);
      e.norm(a);
    });
    expect(body).not.toThrow();
  });

  it("may not carry sums that grow", () => {
    expect(loop((e, a) => e.add(a, a, a))).toThrow(/a loop leaves carried0 larger/u);
  });

  it("may leave what is always written first as it is", () => {
    const body = loop((e, a) => {
      const sum = e.element("sum");
      e.add(sum, a, a);
    });
    expect(body).not.toThrow();
  });
});

describe("an element", () => {
  const make: MakeField = (parts) => createField("scalar9", parts);

  it("is not read before it is written on every way", () => {
    const body = emit(make, (e, f) => {
      const a = e.element("late");
      f.if(i32.const(1), () => e.one(a));
      e.store(a, i32.const(0));
    });
    expect(body).toThrow("body: late0 is read where it need not have been written");
  });

  it("has the larger bound after two ways", () => {
    const body = emit(make, (e, f) => {
      const a = e.element("a");
      f.if(
        i32.const(1),
        () => e.one(a),
        () => e.constant(a, 2n),
      );
      e.store(a, i32.const(0));
    });
    expect(body).not.toThrow();
  });
});
