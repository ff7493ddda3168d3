import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scalarPrime } from "../domain/circuit.ts";
import type { Circuit } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import { parseManifest } from "../wire/manifest.ts";
import { checkInput } from "./inputs/index.ts";
import { MalformedInput } from "./malformed-input.ts";
import { createWitnessCalculator } from "./witness.ts";
import type { Witness, WitnessCalculator } from "./witness.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const built = path.join(root, "public/circuits");
const { entries } = parseManifest(readFileSync(path.join(built, "manifest.json"), "utf8"));
const circuits = entries.map(({ circuit }) => circuit);

type Vectors = {
  readonly good: readonly { readonly input: unknown; readonly publicSignals: readonly string[] }[];
  readonly unsatisfiable: readonly { readonly input: unknown }[];
};

const vectorsOf = (id: string): Vectors =>
  JSON.parse(readFileSync(path.join(root, "circuits", id, "vectors.json"), "utf8")) as Vectors;

const compile = (file: string): WebAssembly.Module => new WebAssembly.Module(readFileSync(file));

const calculatorOf = (circuit: Circuit): WitnessCalculator =>
  createWitnessCalculator(compile(path.join(built, circuit.wasm.url)));

const addition = (): WitnessCalculator => {
  const circuit = circuits.find(({ id }) => id === "addition");
  if (circuit === undefined) throw new Error("the manifest has no addition");
  return calculatorOf(circuit);
};

const signalsOf = (circuit: Pick<Circuit, "id" | "curve">, input: unknown) => {
  const checked = checkInput(circuit, new TextEncoder().encode(JSON.stringify(input)));
  if (!checked.ok) throw new Error(`${checked.field}: ${checked.problem}`);
  return checked.complete((length) => new Uint8Array(length)).signals;
};

/** Wire 0 is the constant 1, the public signals come next. */
const wire = ({ wires }: Witness, index: number): bigint => {
  const bytes = wires.subarray(32 * index, 32 * (index + 1)).toReversed();
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
};

const failureOf = (run: () => unknown): NodeFailure => {
  try {
    run();
  } catch (reason) {
    if (reason instanceof NodeFailure) return reason;
    throw reason;
  }
  throw new Error("nothing was thrown");
};

describe.each(circuits)("the witness of $id", (circuit) => {
  const calculator = calculatorOf(circuit);
  const { good, unsatisfiable } = vectorsOf(circuit.id);

  it("is over the curve of the manifest", () => {
    expect(calculator.curve).toBe(circuit.curve);
    expect(calculator.prime).toBe(scalarPrime[circuit.curve]);
  });

  it.each(good)("has the public signals of its vector: $publicSignals", (vector) => {
    const witness = calculator.calculate(signalsOf(circuit, vector.input));
    const got = vector.publicSignals.map((_, index) => String(wire(witness, index + 1)));
    expect(wire(witness, 0)).toBe(1n);
    expect(got).toEqual(vector.publicSignals);
    expect(circuit.publicSignals).toHaveLength(vector.publicSignals.length);
  });

  it.each(unsatisfiable)("is refused when a constraint breaks: $input", ({ input }) => {
    const failure = failureOf(() => calculator.calculate(signalsOf(circuit, input)));
    expect(failure.code).toBe("unsatisfied_constraints");
    expect(failure.message).toMatch(/does not satisfy the circuit: assert failed \(.*line/);
  });

  it("does not remember an input that was refused", () => {
    const [bad] = unsatisfiable;
    const [fine] = good;
    expect(() => calculator.calculate(signalsOf(circuit, bad?.input))).toThrow(NodeFailure);
    const witness = calculator.calculate(signalsOf(circuit, fine?.input));
    expect(String(wire(witness, 1))).toBe(fine?.publicSignals[0]);
  });
});

describe("the root that merkle_proof tells", () => {
  const circuit = circuits.find(({ id }) => id === "merkle_proof");

  it.each(vectorsOf("merkle_proof").good)("is the circuit's: $publicSignals", (vector) => {
    if (circuit === undefined) throw new Error("the manifest has no merkle_proof");
    const checked = checkInput(circuit, new TextEncoder().encode(JSON.stringify(vector.input)));
    const told = checked.ok && checked.complete((length) => new Uint8Array(length)).merkleRoot;
    expect([String(told)]).toEqual(vector.publicSignals);
  });
});

describe("signals", () => {
  const calculator = addition();

  it("are known by name and size", () => {
    expect(calculator.inputSize).toBe(2);
    expect(["a", "b", "sum", "c", ""].map(calculator.signalSize)).toEqual([1, 1, -1, -1, -1]);
  });

  it.each<[signals: [string, bigint[]][], field: string, problem: RegExp]>([
    [[["a", [1n]]], "", /takes 2 values, the input gives 1/],
    [[], "", /takes 2 values, the input gives 0/],
    [
      [
        ["a", [1n]],
        ["b", [1n, 2n]],
      ],
      "b",
      /too many values: got 2/,
    ],
    [
      [
        ["a", []],
        ["b", [1n]],
      ],
      "a",
      /too few values: got 0/,
    ],
    [
      [
        ["a", [1n]],
        ["b", [2n]],
        ["c", [3n]],
      ],
      "c",
      /no input signal "c"/,
    ],
  ])("that do not fit are refused by name: %s", (signals, field, problem) => {
    const failure = failureOf(() => calculator.calculate(new Map(signals)));
    expect(failure).toBeInstanceOf(MalformedInput);
    expect(failure instanceof MalformedInput && failure.detail.field).toBe(field);
    expect(failure.message).toMatch(problem);
    expect(() => calculator.check(new Map(signals))).toThrow(failure.message);
  });
});

/** A WebAssembly module in its binary form, from sections of bytes. */
const moduleOf = (...sections: readonly (readonly number[])[]): WebAssembly.Module =>
  new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]));

const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
const section = (id: number, body: readonly number[]): number[] => [id, body.length, ...body];
const noParameters = section(1, [1, 0x60, 0, 0]);
const imports = (from: string, name: string): number[] =>
  section(2, [1, ...text(from), ...text(name), 0, 0]);

describe("a module that is no circom 2 circuit", () => {
  it.each<[what: string, module: () => WebAssembly.Module, problem: RegExp]>([
    [
      "imports a foreign function",
      () => moduleOf(noParameters, imports("env", "fetch")),
      /imports function env\.fetch/,
    ],
    [
      "imports another of the runtime",
      () => moduleOf(noParameters, imports("runtime", "log")),
      /imports function runtime\.log/,
    ],
    ["exports nothing", () => moduleOf(), /does not export memory/],
    [
      "traps as it starts",
      () =>
        moduleOf(
          noParameters,
          section(3, [1, 0]),
          section(8, [0]),
          section(10, [1, 3, 0, 0, 0x0b]),
        ),
      /unreachable/,
    ],
  ])("is refused: %s", (_, module, problem) => {
    const failure = failureOf(() => createWitnessCalculator(module()));
    expect(failure.code).toBe("artifact");
    expect(failure.message).toMatch(problem);
  });
});

// Large circuits are not in the repository: BENCH_CIRCUITS names the folder, beside the repository by default.
const benchFolder = process.env.BENCH_CIRCUITS ?? path.join(root, "../shared/circuits");

describe.each(["c14", "b14", "semaphore20"])("the witness of %s", (name) => {
  const file = (extension: string): string => path.join(benchFolder, name, extension);
  const there = existsSync(file(`${name}.wtns`));
  if (!there) process.stdout.write(`skipped: no ${name} in ${benchFolder} (BENCH_CIRCUITS)\n`);

  it.runIf(there)("is, byte for byte, the .wtns file that circom's own code made", () => {
    const calculator = createWitnessCalculator(compile(file(`${name}.wasm`)));
    const { curve } = calculator;
    const input = JSON.parse(readFileSync(file("input.json"), "utf8")) as unknown;
    const { wtns } = calculator.calculate(signalsOf({ id: name as Circuit["id"], curve }, input));
    expect(Buffer.compare(wtns, readFileSync(file(`${name}.wtns`)))).toBe(0);
  });
});
