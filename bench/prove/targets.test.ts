import { describe, expect, it } from "vitest";
import type { CircuitResult, Measured } from "./measured.ts";
import { targetsOf, targetTable, verdictOf, type Target } from "./targets.ts";

const nothing: Measured = {
  ...{ machine: "", load: 0, chromium: "", jsFlags: undefined, rounds: 5 },
  ...{ circuits: [], primitives: [] },
};

const circuit = (id: string, part: Partial<CircuitResult>): CircuitResult => ({
  circuit: id,
  ...{ curve: "bn128", domainSize: 2 ** 14 },
  ...{ warm: [], cold: [], together: [], keys: [], witness: undefined },
  ...part,
});

const warm = (competitor: string, ratio: number) => ({ competitor, ratio, ms: 1, twoMs: 1 });

const cold = (competitor: string, riseBytes: number) => ({
  ...{ competitor, riseBytes, ms: 1, engineBytes: 1 },
  visit: "first" as const,
});

const key = (handle: number) => ({
  kernel: "fma2" as const,
  ...{ convertMs: 1, fileBytes: 1, loadMs: { handle, blob: 100 } },
});

const figureIn = (measured: Partial<Measured>, figure: string): Target | undefined =>
  targetsOf({ ...nothing, ...measured }).find((target) => target.figure === figure);

describe("verdictOf", () => {
  const more: Target = { figure: "", unit: "x", better: "more", must: 4, aim: 6, measured: 0 };
  const less: Target = { figure: "", unit: "ms", better: "less", must: 150, aim: 60, measured: 0 };

  it.each<[Target, number, string]>([
    [more, 3.999, "missed"],
    [more, 4, "met"],
    [more, 5.999, "met"],
    [more, 6, "aim reached"],
    [less, 150.1, "missed"],
    [less, 150, "met"],
    [less, 60.1, "met"],
    [less, 60, "aim reached"],
    [{ ...more, aim: undefined }, 100, "met"],
    [more, Number.NaN, "missed"],
  ])("of %j at %s is %s", (target, measured, verdict) => {
    expect(verdictOf({ ...target, measured })).toBe(verdict);
  });
});

describe("targetsOf", () => {
  it("has none of what was not measured", () => {
    expect(targetsOf(nothing)).toEqual([]);
    const other = [circuit("c14", { warm: [warm("snarkjs-single", 1)] })];
    expect(targetsOf({ ...nothing, circuits: other })).toEqual([]);
  });

  it("takes the mean of all circuits, and the slowest", () => {
    const circuits = [
      circuit("c14", { warm: [warm("fma2", 8), warm("ext4", 3)] }),
      circuit("b14", { curve: "bls12381", warm: [warm("fma2", 4.5), warm("ext4", 2)] }),
    ];
    expect(figureIn({ circuits }, "fma2, geometric mean")?.measured).toBeCloseTo(6, 12);
    expect(figureIn({ circuits }, "fma2, slowest circuit")).toMatchObject({ measured: 4.5 });
    expect(figureIn({ circuits }, "fma2, BLS12-381")).toMatchObject({ measured: 4.5, aim: 6 });
    expect(figureIn({ circuits }, "ext4, geometric mean")?.measured).toBeCloseTo(6 ** 0.5, 12);
    expect(figureIn({ circuits }, "scalar9, geometric mean")).toBeUndefined();
  });

  it("compares memory within each circuit, and takes the largest share", () => {
    const circuits = [
      circuit("c14", { cold: [cold("snarkjs-single", 100), cold("fma2", 80)] }),
      circuit("c16p", { cold: [cold("snarkjs-single", 400), cold("fma2", 200)] }),
    ];
    const figure = "fma2, peak memory beside snarkjs's, largest";
    expect(figureIn({ circuits }, figure)).toMatchObject({ measured: 0.8, must: 1 });
  });

  it("asks of large domains only that two provers are faster than one", () => {
    const together = (ratio: number) => [{ competitor: "fma2", ratio, aloneMs: 1, togetherMs: 1 }];
    const circuits = [
      circuit("c14", { together: together(1.1) }),
      circuit("c16p", { domainSize: 2 ** 16, together: together(1.7) }),
    ];
    const figure = "fma2, two provers on a domain of 2^16 or more, slowest";
    expect(figureIn({ circuits }, figure)).toMatchObject({ measured: 1.7, must: 1.5 });
  });

  it("asks of c16p's key how long it takes to load", () => {
    const circuits = [circuit("c14", { keys: [key(1)] }), circuit("c16p", { keys: [key(70)] })];
    const figure = "fma2, kept key of c16p, isolated page";
    expect(figureIn({ circuits }, figure)).toMatchObject({ measured: 70, must: 150, aim: 60 });
  });

  it("takes the slowest witness", () => {
    const ms = { snarkjs: 1, "snarkjs-compiled": 1, own: 1 };
    const circuits = [2, 0.9].map((ratio) =>
      circuit("c14", { witness: { ms, ratio: { snarkjs: ratio, "snarkjs-compiled": ratio } } }),
    );
    const figure = "slowest witness beside snarkjs's";
    expect(figureIn({ circuits }, figure)).toMatchObject({ measured: 0.9, verdict: "missed" });
  });

  it("asks of each primitive what is asked of it", () => {
    const primitives = (["msm-g1-2^14", "msm-g1-2^16", "ntt-2^16"] as const).map(
      (primitive, index) => ({ primitive, competitor: "fma2", time: 1, ratio: 5 + index }),
    );
    expect(figureIn({ primitives }, "fma2, G1 MSM 2^16")).toMatchObject({ measured: 6 });
    expect(figureIn({ primitives }, "fma2, NTT 2^16")).toMatchObject({ measured: 7, must: 6 });
    expect(figureIn({ primitives }, "fma2, G2 MSM 2^14")).toBeUndefined();
  });
});

describe("targetTable", () => {
  it("says what must be, what is aimed at, what is, and what follows", () => {
    const target: Target = {
      ...{ figure: "fma2, geometric mean", unit: "x", better: "more" },
      ...{ must: 5, aim: 6.5, measured: 5.614 },
    };
    const loading: Target = {
      ...{ figure: "kept key", unit: "ms", better: "less" },
      ...{ must: 150, aim: undefined, measured: 150.44 },
    };
    expect(targetTable([target, loading]).split("\n").slice(2)).toEqual([
      "| fma2, geometric mean | ≥ 5x | ≥ 6.5x | 5.61x | met |",
      "| kept key | ≤ 150 ms |  | 150.4 ms | missed |",
    ]);
  });

  it("is nothing without targets", () => {
    expect(targetTable([])).toBe("");
  });
});
