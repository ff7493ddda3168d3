import { describe, expect, it } from "vitest";
import { checkStack } from "./check.ts";
import {
  AssemblyError,
  call,
  i32,
  i64,
  listing,
  ModuleBuilder,
  v128,
  wide,
  type Expression,
} from "./index.ts";
import type { Instruction } from "./instruction.ts";
import { signed, unsigned } from "./leb128.ts";

const memoryLimits = { min: 1, max: 1, shared: false };

const open = (module: ModuleBuilder): Readonly<Record<string, CallableFunction>> => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), {
    env: { memory },
  });
  return { ...(instance.exports as Record<string, CallableFunction>) };
};

const factorial = (): ModuleBuilder => {
  const module = new ModuleBuilder({ name: "factorials", memory: memoryLimits });
  module.export({ name: "factorial", params: { n: "i64" }, results: ["i64"] }, (f, { n }) => {
    const product = f.let("product", i64.const(1));
    f.while(
      () => i64.ne(n, i64.const(0)),
      () => {
        f.set(product, i64.mul(product, n));
        f.set(n, i64.sub(n, i64.const(1)));
      },
    );
    f.return(product);
  });
  return module;
};

describe("a module", () => {
  it("runs what was built", () => {
    expect(open(factorial()).factorial?.(20n)).toBe(2_432_902_008_176_640_000n);
  });

  it("has the same bytes each time", () => {
    expect(factorial().encode()).toEqual(factorial().encode());
  });

  it("carries names, so that a trap's stack trace shows ours", () => {
    const module = new ModuleBuilder({ name: "traps", memory: memoryLimits });
    module.export({ name: "reachBeyond", params: {}, results: ["i32"] }, (f) => {
      f.return(i32.load(i32.const(-8)));
    });
    const trap = (): unknown => open(module).reachBeyond?.();
    expect(trap).toThrow(WebAssembly.RuntimeError);
    try {
      trap();
    } catch (reason) {
      expect((reason as Error).stack).toContain("reachBeyond");
    }
  });

  it("holds its data, calls its functions and counts with for", () => {
    const module = new ModuleBuilder({ name: "sums", memory: memoryLimits });
    module.data(64, Uint8Array.of(3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0));
    const at = module.function(
      { name: "at", params: { index: "i32" }, results: ["i32"] },
      (f, { index }) => f.return(i32.load(i32.shl(index, i32.const(2)), 64)),
    );
    module.export({ name: "sum", params: {}, results: ["i32"] }, (f) => {
      const index = f.local("i32", "index");
      const total = f.let("total", i32.const(0));
      f.for(index, { from: i32.const(0), to: i32.const(3) }, () => {
        f.set(total, i32.add(total, call(at, "i32", [index])));
      });
      f.return(total);
    });
    expect(open(module).sum?.()).toBe(12);
  });

  it("is listed in the text format's words", () => {
    expect(listing(factorial())).toMatch(
      /func \$factorial \(param \$n i64\) \(result i64\)\n {2}i64.const 1\n {2}local.set \$product\n {2}block\n {4}loop/u,
    );
  });
});

describe("faults of the generator are named where they are made", () => {
  it("an operand of another type", () => {
    const wrong = i64.const(1) as unknown as Expression<"i32">;
    expect(() => i32.add(i32.const(1), wrong)).toThrow(
      new AssemblyError("operand 1 of i32.add is i64; it takes i32"),
    );
  });

  it("a value that nobody takes", () => {
    const module = new ModuleBuilder({ name: "wrong", memory: memoryLimits });
    const build = (): unknown =>
      module.export({ name: "leaves", params: {} }, (f) => {
        f.do(i32.const(1));
      });
    expect(build).toThrow(/i32.const 1 leaves \(i32\) in leaves/u);
  });

  it("a function that does not leave its result", () => {
    const module = new ModuleBuilder({ name: "wrong", memory: memoryLimits });
    const build = (): unknown =>
      module.export({ name: "forgets", params: {}, results: ["i32"] }, () => undefined);
    expect(build).toThrow(/forgets: its end: leaves \(\), not \(i32\)/u);
  });

  it("wide arithmetic whose words are not both taken", () => {
    const module = new ModuleBuilder({ name: "wrong", memory: memoryLimits });
    const build = (): unknown =>
      module.export({ name: "half", params: {} }, (f) => {
        f.do(wide.mulU(i64.const(1), i64.const(1)));
      });
    expect(build).toThrow(/i64.mul_wide_u leaves \(i64,i64\) in half/u);
  });

  const add: Instruction = {
    text: "i32.add",
    bytes: [0x6a],
    takes: ["i32", "i32"],
    gives: ["i32"],
  };
  const end: Instruction = {
    text: "end",
    bytes: [0x0b],
    takes: [],
    gives: [],
    control: { kind: "end" },
  };
  it.each<[string, readonly Instruction[], RegExp]>([
    ["an empty stack", [add], /instruction 0, i32.add: takes i32, finds an empty stack/u],
    ["an end too many", [end], /there is nothing to close/u],
  ])("%s", (_what, code, message) => {
    const checked = { name: "f", params: [], results: [], locals: [], code };
    expect(() => {
      checkStack(checked);
    }).toThrow(message);
  });
});

describe("vectors", () => {
  it("load and store lanes", () => {
    const module = new ModuleBuilder({ name: "lanes", memory: memoryLimits });
    module.data(
      0,
      Uint8Array.from({ length: 32 }, (_, index) => index),
    );
    module.export({ name: "swap", params: {}, results: ["i64"] }, (f) => {
      const both = f.let(
        "both",
        v128.load64Lane(i32.const(0), v128.load(i32.const(16)), { lane: 0, offset: 8 }),
      );
      f.do(v128.store64Lane(i32.const(0), both, { lane: 1, offset: 40 }));
      f.do(v128.store64Lane(i32.const(0), both, { lane: 0, offset: 48 }));
      f.return(i64.xor(i64.load(i32.const(40)), i64.load(i32.const(48))));
    });
    const expected = 0x1f1e1d1c1b1a1918n ^ 0x0f0e0d0c0b0a0908n;
    expect(open(module).swap?.()).toBe(expected);
  });
});

describe("LEB128", () => {
  it.each<[number, readonly number[]]>([
    [0, [0]],
    [127, [127]],
    [128, [0x80, 1]],
    [624_485, [0xe5, 0x8e, 0x26]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])("unsigned %s", (value, bytes) => {
    expect(unsigned(value)).toEqual(bytes);
  });

  it.each<[bigint, readonly number[]]>([
    [0n, [0]],
    [-1n, [0x7f]],
    [63n, [63]],
    [64n, [0xc0, 0]],
    [-123_456n, [0xc0, 0xbb, 0x78]],
  ])("signed %s", (value, bytes) => {
    expect(signed(value)).toEqual(bytes);
  });
});
