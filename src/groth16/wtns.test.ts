import { describe, expect, test } from "vitest";
import { scalarPrime } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import { joinSections, sectionsOf, withSection } from "../testing/binfile.ts";
import { readBuiltInCircuit, witnessOf } from "../testing/circuits.ts";
import { seededRandom } from "../testing/random.ts";
import { writeLittleEndian } from "./binfile.ts";
import { readWtns, wireOf } from "./wtns.ts";

const circuit = readBuiltInCircuit("addition");
const file = witnessOf(circuit);
const key = { curve: "bn128", wires: 129 } as const;
const r = scalarPrime.bn128;

const problemOf = (bytes: Uint8Array, of: Parameters<typeof readWtns>[1] = key): string => {
  try {
    readWtns(bytes, of);
  } catch (reason) {
    if (reason instanceof NodeFailure && reason.code === "artifact") return reason.message;
    throw reason;
  }
  throw new Error("nothing was refused");
};

const withWire = (index: number, value: bigint): Uint8Array =>
  withSection(file, 2, (body) => {
    writeLittleEndian(body.subarray(32 * index, 32 * (index + 1)), value);
    return undefined;
  });

describe("a witness file", () => {
  test("is read in place: the constant, then the public signals", () => {
    const wtns = readWtns(file, key);
    expect(wtns.words.buffer).toBe(file.buffer);
    expect(wtns.words).toHaveLength(129 * 32);
    expect(wireOf(wtns, 0)).toBe(1n);
    expect(wireOf(wtns, 1).toString()).toBe(circuit.publicSignals[0]);
  });

  test("may hold the largest scalar", () => {
    expect(wireOf(readWtns(withWire(128, r - 1n), key), 128)).toBe(r - 1n);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(0), /has 0 bytes/],
    ["a zkey", circuit.zkeyBytes, /does not begin with "wtns"/],
    ["a later version", file.with(4, 3), /version is 3, known are 1 to 2/],
    ["cut off", file.subarray(0, -1), /section 2 claims 4128 bytes, the file has 4127 more/],
    ["no header", joinSections(sectionsOf(file).slice(1), { type: "wtns" }), /1 \(header\) is mis/],
    ["no wires", joinSections(sectionsOf(file).slice(0, 1), { type: "wtns" }), /2 \(wires\) is mi/],
    [
      "a short header",
      withSection(file, 1, (body) => body.subarray(1)),
      /section 1 \(header\) has 39 bytes; bn128's takes 40/,
    ],
    [
      "wires of another width",
      withSection(file, 1, (body) => body.with(0, 48)),
      /wires have 48 bytes; bn128's have 32/,
    ],
    [
      "another prime",
      withSection(file, 1, (body) => body.with(4, 3)),
      /prime is 0x.*0003; bn128's is 0x.*0001/,
    ],
    [
      "another number of wires",
      withSection(file, 1, (body) => body.with(36, 130)),
      /it has 130 wires; the key has 129/,
    ],
    [
      "fewer wires than it says",
      withSection(file, 2, (body) => body.subarray(32)),
      /section 2 \(wires\) has 4096 bytes; 129 wires take 4128/,
    ],
    ["another constant", withWire(0, 2n), /first wire is 2; it is the constant 1/],
    ["a wire of r", withWire(5, r), /wire 5 is not below 0x30644e/],
    ["a wire of ones", withWire(128, 2n ** 256n - 1n), /wire 128 is not below/],
  ])("that is malformed is refused: %s", (_, bytes, problem) => {
    expect(problemOf(bytes)).toMatch(/^the wtns file is malformed: /);
    expect(problemOf(bytes)).toMatch(problem);
  });

  test("of another curve or circuit is refused", () => {
    expect(problemOf(file, { curve: "bls12381", wires: 129 })).toMatch(/bls12381's is 0x73eda/);
    expect(problemOf(file, { curve: "bn128", wires: 128 })).toMatch(/129 wires; the key has 128/);
  });

  test("is read or refused as an artifact, wherever it is cut or damaged", () => {
    for (let length = 0; length < file.length; length += 1) problemOf(file.subarray(0, length));
    const random = seededRandom(9);
    let refused = 0;
    for (let round = 0; round < 2_000; round += 1) {
      const at = Math.floor(random() ** 3 * file.length);
      try {
        readWtns(file.with(at, Math.floor(random() * 256)), key);
      } catch (reason) {
        expect(reason).toMatchObject({ name: "NodeFailure", code: "artifact" });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});
