import { describe, expect, it } from "vitest";
import { geometricMeans, reportJson, reportSection, type Measured } from "./report.ts";

const warm = (competitor: string, ms: number, ratio: number) => ({
  competitor,
  ms,
  ratio,
  twoMs: 1.25 * ms,
});

const measured: Measured = {
  machine: "2 x CPU",
  rounds: 5,
  circuits: [
    {
      circuit: "c14",
      warm: [warm("snarkjs-single", 2400, 1), warm("fma2", 300, 8)],
      cold: [
        {
          competitor: "fma2",
          ms: 512,
          engineBytes: 30e6,
          pageBytes: 45.4e6,
          peakBytes: undefined,
        },
      ],
      together: [{ competitor: "fma2", aloneMs: 300, togetherMs: 170, ratio: 1.76 }],
    },
    {
      circuit: "b14",
      warm: [warm("snarkjs-single", 4000, 1), warm("fma2", 2000, 2)],
      cold: [],
      together: [],
    },
  ],
  witnesses: [
    {
      circuit: "c14",
      ms: { snarkjs: 216, "snarkjs-compiled": 60, own: 30 },
      ratio: { snarkjs: 7.2, "snarkjs-compiled": 2 },
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
});

describe("reportSection", () => {
  it.each([
    ["a warm proof", "| c14 | fma2 | 300 | 8.00x | 375 | 1.60 |"],
    ["a mean", "| fma2 | 4.00x |"],
    ["a cold proof, on a system that tells no peak", "| c14 | fma2 | 512 | 30 | 45 | not known |"],
    ["a proof by two", "| c14 | fma2 | 300 | 170 | 1.76x |"],
    ["a witness", "| c14 | 216.0 | 60.0 | 30.0 | 7.20x | 2.00x |"],
    ["a primitive", "| multiplication in Fq of BN254 | fma2 | 16.7 ns | 3.30x |"],
  ])("has a row for %s", (_what, row) => {
    expect(reportSection(measured).split("\n")).toContain(row);
  });

  it("leaves out what was not measured", () => {
    expect(reportSection(withoutWarm)).not.toContain("### Warm proofs");
    expect(reportSection(withoutWarm)).toContain("### First proof");
  });
});
