import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { basePrime, coordinateBytes, curves, scalarPrime } from "../domain/circuit.ts";
import type { Curve } from "../domain/circuit.ts";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";
import {
  decodeProof,
  decodePublicSignals,
  encodeProof,
  encodePublicSignals,
  proofBytes,
  rootHex,
} from "./proof.ts";
import type { LooseProof, SnarkjsProof } from "./proof.ts";

const library = { bn128: bn254, bls12381: bls12_381 };

/** A proof in form: the generators. Whether it proves anything is not asked here. */
const generators = (curve: Curve): SnarkjsProof => {
  const one = library[curve].G1.Point.BASE.toAffine();
  const two = library[curve].G2.Point.BASE.toAffine();
  const g1 = [String(one.x), String(one.y), "1"] as const;
  return {
    protocol: "groth16",
    curve,
    pi_a: g1,
    pi_b: [
      [String(two.x.c0), String(two.x.c1)],
      [String(two.y.c0), String(two.y.c1)],
      ["1", "0"],
    ],
    pi_c: g1,
  };
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe.each(curves)("field constants of %s", (curve) => {
  it("are those of noble's curves", () => {
    expect(basePrime[curve]).toBe(library[curve].fields.Fp.ORDER);
    expect(scalarPrime[curve]).toBe(library[curve].fields.Fr.ORDER);
  });
});

describe.each(curves)("proof data on %s", (curve) => {
  const proof = generators(curve);
  const width = coordinateBytes[curve];

  it("comes back as it went", () => {
    const bytes = encodeProof(curve, proof);
    expect(bytes).toHaveLength(proofBytes(curve));
    expect(decodeProof(curve, bytes)).toEqual(proof);
  });

  it("has the order A.x A.y B.x.c1 B.x.c0 B.y.c1 B.y.c0 C.x C.y, big-endian", () => {
    const texts = [
      proof.pi_a[0],
      proof.pi_a[1],
      proof.pi_b[0][1],
      proof.pi_b[0][0],
      proof.pi_b[1][1],
      proof.pi_b[1][0],
      proof.pi_c[0],
      proof.pi_c[1],
    ];
    const expected = texts
      .map((text) =>
        BigInt(text)
          .toString(16)
          .padStart(2 * width, "0"),
      )
      .join("");
    expect(hex(encodeProof(curve, proof))).toBe(expected);
  });

  it.each([-1, 1])("of another length (%i) is refused, with both lengths", (difference) => {
    const bytes = new Uint8Array(proofBytes(curve) + difference).fill(1);
    expect(() => decodeProof(curve, bytes)).toThrow(
      `expected ${proofBytes(curve)} bytes (${curve}), got ${bytes.length}`,
    );
  });

  it.each(["A.x", "A.y", "B.x.c1", "B.x.c0", "B.y.c1", "B.y.c0", "C.x", "C.y"])(
    "with %s not below p is refused by name",
    (name) => {
      const index = ["A.x", "A.y", "B.x.c1", "B.x.c0", "B.y.c1", "B.y.c0", "C.x", "C.y"].indexOf(
        name,
      );
      const bytes = encodeProof(curve, proof);
      const prime = basePrime[curve].toString(16).padStart(2 * width, "0");
      bytes.set(Buffer.from(prime, "hex"), index * width);
      expect(() => decodeProof(curve, bytes)).toThrow(`${name}: expected a number below`);
    },
  );

  it.each([
    ["A", 0, 2],
    ["B", 2, 6],
    ["C", 6, 8],
  ] as const)("with %s at infinity is refused", (name, from, to) => {
    const bytes = encodeProof(curve, proof);
    bytes.fill(0, from * width, to * width);
    expect(() => decodeProof(curve, bytes)).toThrow(`${name}: expected a point of the curve`);
  });

  it.each<[what: string, change: Partial<LooseProof>]>([
    ["another protocol", { protocol: "plonk" }],
    ["another curve", { curve: curve === "bn128" ? "bls12381" : "bn128" }],
    ["a point that is not affine", { pi_a: [proof.pi_a[0], proof.pi_a[1], "2"] }],
    ["a point without z", { pi_c: [proof.pi_c[0], proof.pi_c[1]] }],
    ["B that is not affine", { pi_b: [proof.pi_b[0], proof.pi_b[1], ["1", "1"]] }],
    ["B with a third part", { pi_b: [[...proof.pi_b[0], "0"], proof.pi_b[1], ["1", "0"]] }],
    ["a hex coordinate", { pi_a: ["0x01", proof.pi_a[1], "1"] }],
    ["a leading zero", { pi_a: [`0${proof.pi_a[0]}`, proof.pi_a[1], "1"] }],
    ["a negative coordinate", { pi_a: ["-1", proof.pi_a[1], "1"] }],
    ["a coordinate that is p", { pi_a: [String(basePrime[curve]), proof.pi_a[1], "1"] }],
    ["the point at infinity", { pi_a: ["0", "0", "1"] }],
    ["a text of a million digits", { pi_a: ["9".repeat(1_000_000), proof.pi_a[1], "1"] }],
  ])("is not made from %s", (_, change) => {
    expect(() => encodeProof(curve, { ...proof, ...change })).toThrow(/^proof data, .*: expected /);
  });

  it("reads back every proof in form that it reads at all", () => {
    const coordinate = fc.bigInt({ min: 1n, max: basePrime[curve] - 1n });
    fc.assert(
      fc.property(fc.array(coordinate, { minLength: 8, maxLength: 8 }), (values) => {
        const text = values.map((value) => value.toString(16).padStart(2 * width, "0")).join("");
        const bytes = Uint8Array.from(Buffer.from(text, "hex"));
        expect(hex(encodeProof(curve, decodeProof(curve, bytes)))).toBe(text);
      }),
      { numRuns: 30 },
    );
  });
});

describe("a real proof", () => {
  it("of the committed vectors file keeps its public signals", () => {
    const path = new URL("../../circuits/merkle_proof/vectors.json", import.meta.url);
    const { good } = JSON.parse(readFileSync(path, "utf8")) as {
      good: { publicSignals: string[] }[];
    };
    for (const { publicSignals } of good) {
      const bytes = encodePublicSignals("bn128", publicSignals);
      expect(decodePublicSignals("bn128", bytes)).toEqual(publicSignals);
      expect(rootHex(BigInt(publicSignals[0] ?? ""))).toBe(hex(bytes));
    }
  });
});

describe.each(curves)("public signals on %s", (curve) => {
  const most = scalarPrime[curve] - 1n;

  it.each([[[]], [["0"]], [["1", String(most), "42"]]])("come back as they went: %j", (signals) => {
    const bytes = encodePublicSignals(curve, signals);
    expect(bytes).toHaveLength(32 * signals.length);
    expect(decodePublicSignals(curve, bytes)).toEqual(signals);
  });

  it.each(["", "-1", "0x1", "01", " 1", "1.0", String(most + 1n)])("refuses %j", (signal) => {
    expect(() => encodePublicSignals(curve, ["1", signal])).toThrow("public signal 1: expected");
  });

  it("refuses a word that is not below r and a length that is no multiple of 32", () => {
    const word = Uint8Array.from(Buffer.from((most + 1n).toString(16).padStart(64, "0"), "hex"));
    expect(() => decodePublicSignals(curve, word)).toThrow("public signal 0: expected");
    expect(() => decodePublicSignals(curve, new Uint8Array(33))).toThrow("got 33");
  });
});
