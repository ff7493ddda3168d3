import { describe, expect, it } from "vitest";
import { geometricMeans, type Measured } from "./measured.ts";
import { reportJson, reportSection } from "./report.ts";

const warm = (competitor: string, ms: number, ratio: number) => ({
  competitor,
  ms,
  ratio,
  twoMs: 1.25 * ms,
});

const cold = (competitor: string, ms: number, riseBytes: number | undefined) => ({
  ...{ competitor, ms, riseBytes },
  visit: "first" as const,
  engineBytes: 0,
});

const measured: Measured = {
  ...{ machine: "2 x CPU", load: 0.125, chromium: "156.0.1", jsFlags: undefined },
  rounds: 5,
  circuits: [
    {
      circuit: "c14",
      ...{ curve: "bn128", domainSize: 2 ** 14 },
      warm: [warm("snarkjs-single", 2400, 1), warm("fma2", 300, 8)],
      cold: [
        cold("snarkjs-single", 2900, 200e6),
        { ...cold("fma2", 512, 90e6), engineBytes: 30e6 },
        { ...cold("fma2", 342, undefined), visit: "later" },
      ],
      together: [{ competitor: "fma2", aloneMs: 300, togetherMs: 170, ratio: 1.76 }],
      witness: {
        ms: { snarkjs: 216, "snarkjs-compiled": 60, own: 30 },
        ratio: { snarkjs: 7.2, "snarkjs-compiled": 2 },
      },
      keys: [
        { kernel: "fma2", convertMs: 91.4, loadMs: { handle: 21.2, blob: 33 }, fileBytes: 8.04e6 },
      ],
    },
    {
      circuit: "b14",
      ...{ curve: "bls12381", domainSize: 2 ** 14 },
      warm: [warm("snarkjs-single", 4000, 1), warm("fma2", 2000, 2)],
      cold: [],
      together: [],
      keys: [],
      witness: undefined,
    },
  ],
  primitives: [{ primitive: "mul-bn128", competitor: "fma2", time: 16.72, ratio: 3.3 }],
};

const withoutWarm: Measured = {
  ...measured,
  circuits: measured.circuits.map((circuit) => ({ ...circuit, warm: [] })),
};

describe("geometricMeans", () => {
  it("is per competitor over the circuits", () => {
    const means = geometricMeans(measured.circuits);
    expect(means["snarkjs-single"]).toBe(1);
    expect(means.fma2).toBeCloseTo(4, 12);
  });

  it("has nobody who made no proof", () => {
    expect(geometricMeans(withoutWarm.circuits)).toEqual({});
  });
});

describe("reportJson", () => {
  it("has the means beside what was measured", () => {
    const report = JSON.parse(reportJson(measured)) as { geometricMean: Record<string, number> };
    expect(report).toMatchObject({ rounds: 5, circuits: [{ circuit: "c14" }, { circuit: "b14" }] });
    expect(report.geometricMean.fma2).toBeCloseTo(4, 12);
  });

  it("has the targets with their verdicts", () => {
    const report = JSON.parse(reportJson(measured)) as { targets: readonly unknown[] };
    expect(report.targets).toContainEqual({
      ...{ figure: "fma2, slowest circuit", unit: "x", better: "more", must: 4, aim: 5 },
      ...{ measured: 2, verdict: "missed" },
    });
  });
});

describe("reportSection", () => {
  it.each([
    ["a warm proof", "| c14 | fma2 | 300 | 8.00x | 375 | 1.60 |"],
    ["what is quoted of it", "| c14 | 507 | 2417 | 4.77x |"],
    ["a mean", "| fma2 | 4.00x |"],
    ["a first visit", "| c14 | fma2 | first | 512 | 30 | 90 | 0.45x |"],
    ["one where memory is not told", "| c14 | fma2 | later | 342 | 0 | not known | not known |"],
    ["a key", "| c14 | fma2 | 8.0 | 91 | 21 | 33 |"],
    ["a proof by two", "| c14 | fma2 | 300 | 170 | 1.76x |"],
    ["a witness", "| c14 | 216.0 | 60.0 | 30.0 | 7.20x | 2.00x |"],
    ["a primitive", "| multiplication in Fq of BN254 | fma2 | 16.7 ns | 3.30x |"],
  ])("has a row for %s", (_what, row) => {
    expect(reportSection(measured).split("\n")).toContain(row);
  });

  it("has each table's targets under it", () => {
    const lines = reportSection(measured).split("\n");
    const target = lines.indexOf("| fma2, slowest circuit | ≥ 4x | ≥ 5x | 2.00x | missed |");
    expect(target).toBeGreaterThan(lines.indexOf("### Warm proofs, ms"));
    expect(target).toBeLessThan(lines.indexOf("### First proof, ms, and peak memory, MB"));
  });

  it("says what it ran on, and with which flags", () => {
    const begin = "2 x CPU, headless Chromium 156.0.1";
    expect(reportSection(measured)).toContain(`${begin}.\nThe machine's load was 0.13 when`);
    expect(reportSection({ ...measured, jsFlags: "--fast" })).toContain(
      `${begin} with \`--fast\`.`,
    );
  });

  it("leaves out what was not measured", () => {
    expect(reportSection(withoutWarm)).not.toContain("### Warm proofs");
    expect(reportSection(withoutWarm)).not.toContain("rapidsnark");
    expect(reportSection(withoutWarm)).toContain("### First proof");
  });
});
