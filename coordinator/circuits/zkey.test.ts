import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { VerificationKey } from "snarkjs";
import { CoordinatorFailure } from "../failure.ts";
import { builtInCircuit } from "../verify/testing/real-circuits.ts";
import type { RealCircuit } from "../verify/testing/real-circuits.ts";
import { bytesSource } from "./byte-source.ts";
import { judgeKey } from "./key-rules.ts";
import type { Places } from "./testing/spoil.ts";
import { patched, placesIn } from "./testing/spoil.ts";
import { deriveKey, requireSameKey } from "./verification-key.ts";
import type { Zkey } from "./zkey.ts";
import { readZkey } from "./zkey.ts";

const read = (bytes: Uint8Array): Promise<Zkey> => readZkey(bytesSource(bytes));

/** The rule that a zkey breaks, "" for none. */
const ruleOf = async (bytes: Uint8Array): Promise<string> => {
  try {
    judgeKey(await read(bytes));
    return "";
  } catch (reason) {
    if (reason instanceof CoordinatorFailure) return reason.reason;
    throw reason;
  }
};

describe.each(["addition", "addition_bls12381"])("the zkey of %s", (id) => {
  let real: RealCircuit;
  let bytes: Uint8Array;
  let zkey: Zkey;
  let places: Places;
  beforeAll(async () => {
    real = await builtInCircuit(id);
    bytes = await readFile(real.paths.get(real.circuit.zkey.sha256) ?? "");
    zkey = await read(bytes);
    places = await placesIn(bytes, zkey);
  });

  const at = (place: number, length: number) => bytes.subarray(place, place + length);
  const words = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);
  const pointBytes = () => places.point("beta2") - places.point("beta1");

  it("says what the manifest says", () => {
    const { curve, constraints, domainSize, publicSignals } = real.circuit;
    expect(zkey).toMatchObject({ curve, constraints, domainSize, publics: publicSignals.length });
  });

  it("gives the verification key that snarkjs exported", () => {
    const exported = JSON.parse(real.vkeyJson) as VerificationKey;
    // vk_alphabeta_12 is a pairing, and no verifier of ours reads it.
    expect(exported).toMatchObject(deriveKey(zkey));
    expect(() => requireSameKey(zkey, real.vkeyJson)).not.toThrow();
    expect(() => requireSameKey(zkey, real.vkeyJson.replace(/1/u, "2"))).toThrow(/not the one/u);
  });

  it.each<readonly [string, string, () => Uint8Array]>([
    ["an empty file", "ZKEY_FOREIGN", () => new Uint8Array()],
    [
      "a wasm",
      "ZKEY_FOREIGN",
      () => Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 0, 0, 0]),
    ],
    ["format version 9", "ZKEY_VERSION", () => patched(bytes, 4, words(9))],
    ["4 billion sections", "ZKEY_SECTIONS", () => patched(bytes, 8, words(2 ** 32 - 1))],
    ["half a file", "ZKEY_TRUNCATED", () => bytes.subarray(0, bytes.length >> 1)],
    ["all but the last byte", "ZKEY_TRUNCATED", () => bytes.subarray(0, -1)],
    [
      "a PLONK key",
      "ZKEY_PROTOCOL",
      () => patched(bytes, places.section("protocol").offset, words(2)),
    ],
    [
      "an FFLONK key",
      "ZKEY_PROTOCOL",
      () => patched(bytes, places.section("protocol").offset, words(10)),
    ],
    [
      "no header",
      "ZKEY_SECTION_MISSING",
      () => patched(bytes, places.section("header").offset - 12, words(77)),
    ],
    [
      "a section twice",
      "ZKEY_SECTION_TWICE",
      () => patched(bytes, places.section("header").offset - 12, words(1)),
    ],
    ["another field", "ZKEY_CURVE", () => patched(bytes, places.section("header").offset + 4, [1])],
    ["another scalar field", "ZKEY_CURVE", () => patched(bytes, places.sizes - 32, [9])],
    ["no wires", "ZKEY_SIZES", () => patched(bytes, places.sizes, words(0))],
    [
      "more wires than points",
      "ZKEY_SIZES",
      () => patched(bytes, places.sizes, words(zkey.variables + 1)),
    ],
    [
      "a million public signals",
      "ZKEY_PUBLIC_SIGNALS",
      () => patched(bytes, places.sizes + 4, words(1e6)),
    ],
    [
      "a domain that is no power of two",
      "ZKEY_SIZES",
      () => patched(bytes, places.sizes + 8, words(3)),
    ],
    [
      "one IC point too few",
      "ZKEY_SIZES",
      () => patched(bytes, places.sizes + 4, words(zkey.publics + 1)),
    ],
    [
      "a coefficient of wire 4 billion",
      "ZKEY_COEFFICIENTS",
      () => patched(bytes, places.section("coefficients").offset + 12, words(2 ** 32 - 1)),
    ],
    [
      "a coefficient of matrix C",
      "ZKEY_COEFFICIENTS",
      () => patched(bytes, places.section("coefficients").offset + 4, words(2)),
    ],
    [
      "a coordinate of all ones",
      "ZKEY_COORDINATE",
      () => patched(bytes, places.point("alpha1"), new Uint8Array(pointBytes() / 2).fill(0xff)),
    ],
    [
      "alpha off the curve",
      "VKEY_POINT_OFF_CURVE",
      () => patched(bytes, places.point("alpha1"), [1, 2, 3]),
    ],
    [
      "beta off the curve in G2",
      "VKEY_POINT_OFF_CURVE",
      () => patched(bytes, places.point("beta2"), [1, 2, 3]),
    ],
    [
      "alpha at infinity",
      "VKEY_POINT_INFINITY",
      () => patched(bytes, places.point("alpha1"), new Uint8Array(pointBytes())),
    ],
    [
      "gamma at infinity",
      "VKEY_POINT_INFINITY",
      () => patched(bytes, places.point("gamma2"), new Uint8Array(2 * pointBytes())),
    ],
    [
      "IC[0] at infinity",
      "VKEY_POINT_INFINITY",
      () => patched(bytes, places.section("inputCommitments").offset, new Uint8Array(pointBytes())),
    ],
    [
      "delta = gamma",
      "VKEY_GAMMA_EQUALS_DELTA",
      () => patched(bytes, places.point("delta2"), at(places.point("gamma2"), 2 * pointBytes())),
    ],
    [
      "another key's delta in G1",
      "ZKEY_CONTRIBUTIONS",
      () => patched(bytes, places.point("delta1"), at(places.point("alpha1"), pointBytes())),
    ],
    [
      "a billion contributions",
      "ZKEY_CONTRIBUTIONS",
      () => patched(bytes, places.section("contributions").offset + 64, words(1e9)),
    ],
  ])("is refused with its rule when it is or has %s", async (_, rule, spoil) => {
    expect(await ruleOf(spoil())).toBe(rule);
  });

  it("passes its rules untouched", async () => {
    expect(await ruleOf(bytes)).toBe("");
  });

  it("has its contributions counted, and a beacon not taken for one", async () => {
    expect(zkey.contributions.secret + zkey.contributions.beacons).toBeGreaterThan(0);
    const without: Zkey = {
      ...zkey,
      contributions: { secret: 0, beacons: 0, deltaAfter: undefined },
    };
    expect(judgeKey(without)).toMatchObject({
      setup: "development",
      warnings: [expect.stringContaining("FORGEABLE")],
    });
    const beaconOnly: Zkey = {
      ...zkey,
      contributions: { ...zkey.contributions, secret: 0, beacons: 1 },
    };
    expect(judgeKey(beaconOnly)).toMatchObject({
      setup: "development",
      warnings: [expect.stringContaining("beacon")],
    });
    const contributed: Zkey = { ...zkey, contributions: { ...zkey.contributions, secret: 1 } };
    expect(judgeKey(contributed)).toEqual({ setup: "ceremony", warnings: [] });
  });

  it("survives 500 mutations of its headers: read, or refused by name, within a second", async () => {
    const starts = [
      0,
      12,
      ...(Object.keys(zkeyNames) as (keyof typeof zkeyNames)[]).map(
        (name) => places.section(name).offset - 12,
      ),
    ];
    const mutation = fc.record({
      start: fc.constantFrom(...starts),
      shift: fc.nat({ max: 400 }),
      patch: fc.uint8Array({ minLength: 1, maxLength: 16 }),
      cut: fc.option(fc.nat({ max: bytes.length }), { freq: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ start, shift, patch, cut }) => {
        const place = Math.min(start + shift, bytes.length - patch.length);
        const mutant = patched(bytes, place, patch).subarray(0, cut ?? bytes.length);
        const began = performance.now();
        await read(mutant).catch((reason: unknown) =>
          expect(reason).toBeInstanceOf(CoordinatorFailure),
        );
        expect(performance.now() - began).toBeLessThan(1_000);
      }),
      { numRuns: 500 },
    );
  });
});

const zkeyNames = {
  protocol: 0,
  header: 0,
  inputCommitments: 0,
  coefficients: 0,
  pointsA: 0,
  contributions: 0,
};
