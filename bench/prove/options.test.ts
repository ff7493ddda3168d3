import { describe, expect, it } from "vitest";
import { choose, chooseCompetitors, parseOptions, UsageError } from "./options.ts";

describe("parseOptions", () => {
  it("measures everything and prints a table unless told otherwise", () => {
    expect(parseOptions([])).toEqual({
      json: false,
      circuits: undefined,
      kernels: undefined,
      parts: ["proofs", "cold", "together", "keys", "witness", "primitives"],
      jsFlags: undefined,
    });
  });

  it("reads every option", () => {
    const args = ["--json", "--circuits", "c14,b14", "--kernels=fma2", "--parts", "cold"];
    expect(parseOptions([...args, "--js-flags=--wasm-wide-arithmetic"])).toEqual({
      json: true,
      circuits: ["c14", "b14"],
      kernels: ["fma2"],
      parts: ["cold"],
      jsFlags: "--wasm-wide-arithmetic",
    });
  });

  it.each([
    [["--kernel", "fma2"], "Unknown option '--kernel'"],
    [["c14"], "Unexpected argument 'c14'"],
    [["--circuits"], "argument missing"],
    [["--circuits", "c14,,b14"], '--circuits takes names with commas between them, not "c14,,b14"'],
    [["--kernels="], '--kernels takes names with commas between them, not ""'],
    [["--json=yes"], "does not take an argument"],
    [
      ["--parts", "warm"],
      'there is no part "warm"; there are: proofs, cold, together, keys, witness, primitives',
    ],
  ])("refuses %j and says why", (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe("choose", () => {
  it("gives what is chosen in the order of what there is, once", () => {
    expect(choose("circuit", ["c14", "b14", "c16p"], ["c16p", "c14", "c14"])).toEqual([
      "c14",
      "c16p",
    ]);
  });

  it("gives all when nothing is chosen", () => {
    expect(choose("circuit", ["c14", "b14"], undefined)).toEqual(["c14", "b14"]);
  });

  it("names what there is when asked for what is not", () => {
    expect(() => choose("circuit", ["c14", "b14"], ["c15"])).toThrow(
      'there is no circuit "c15"; there are: c14, b14',
    );
  });
});

describe("chooseCompetitors", () => {
  it("always has the one that all are compared with", () => {
    expect(chooseCompetitors(["snarkjs-single", "fma2", "ext4"], ["ext4"])).toEqual([
      "snarkjs-single",
      "ext4",
    ]);
  });
});
