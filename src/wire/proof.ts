/**
 * A Groth16 proof in its two forms: snarkjs's JSON (decimal strings) and the canonical fixed-width bytes of
 * TaskCompletionRequest.proof_data: A.x A.y B.x.c1 B.x.c0 B.y.c1 B.y.c0 C.x C.y, big-endian.
 * Here it is about form only (width, range, no infinity); curve and subgroup are the verifier's to check.
 */
import { basePrime, coordinateBytes, scalarPrime } from "../domain/circuit.ts";
import type { Curve } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";

/** snarkjs's proof.json as it comes from a prover or a file: nothing is known of the lengths yet. */
export type LooseProof = {
  readonly protocol: string;
  readonly curve: string;
  readonly pi_a: readonly string[];
  readonly pi_b: readonly (readonly string[])[];
  readonly pi_c: readonly string[];
};

/** snarkjs's proof.json: projective points with z = 1, each coordinate of G2 as [c0, c1]. */
export type SnarkjsProof = {
  readonly protocol: "groth16";
  readonly curve: Curve;
  readonly pi_a: readonly [string, string, string];
  readonly pi_b: readonly [
    readonly [string, string],
    readonly [string, string],
    readonly [string, string],
  ];
  readonly pi_c: readonly [string, string, string];
};

/** Bytes of one public signal: both scalar fields are below 2^256. */
const PUBLIC_SIGNAL_BYTES = 32;

/** The coordinates in the order of the wire. */
const coordinates = ["A.x", "A.y", "B.x.c1", "B.x.c0", "B.y.c1", "B.y.c0", "C.x", "C.y"] as const;

/** Length of proof_data: 256 bytes on BN254, 384 on BLS12-381. */
export const proofBytes = (curve: Curve): number => coordinates.length * coordinateBytes[curve];

/**
 * snarkjs's proof as canonical bytes.
 *
 * @throws NodeFailure "malformed_message" when it is not a proof of this curve in canonical form (decimal coordinates
 * below p, z = 1, no point at infinity).
 */
export const encodeProof = (curve: Curve, proof: LooseProof): Uint8Array => {
  if (proof.protocol !== "groth16") throw refusal("protocol", '"groth16"', quote(proof.protocol));
  if (proof.curve !== curve) throw refusal("curve", quote(curve), quote(proof.curve));
  const [ax, ay] = affine("A", proof.pi_a, "1");
  // z of G2 is [1, 0], which String() writes as "1,0".
  const [bx, by] = affine("B", proof.pi_b, "1,0").map((part) => pair("B", part));
  const [cx, cy] = affine("C", proof.pi_c, "1");
  const texts = [ax, ay, bx?.[1], bx?.[0], by?.[1], by?.[0], cx, cy];
  const values = coordinates.map((name, index) => {
    const value = parseDecimal(name, texts[index]);
    return requireBelow(name, value, basePrime[curve]);
  });
  requireNoInfinity(values);
  return joinWords(values, coordinateBytes[curve]);
};

/**
 * Canonical bytes as snarkjs's proof.
 *
 * @throws NodeFailure "malformed_message" for any other length, a coordinate >= p or a point at infinity.
 */
export const decodeProof = (curve: Curve, bytes: Uint8Array): SnarkjsProof => {
  if (bytes.length !== proofBytes(curve)) {
    throw refusal("proof", `${String(proofBytes(curve))} bytes (${curve})`, String(bytes.length));
  }
  const values = splitWords(bytes, coordinateBytes[curve]);
  values.forEach((value, index) =>
    requireBelow(coordinates[index] ?? "proof", value, basePrime[curve]),
  );
  requireNoInfinity(values);
  const [ax, ay, bx1, bx0, by1, by0, cx, cy] = values.map(String) as EightTexts;
  return {
    protocol: "groth16",
    curve,
    pi_a: [ax, ay, "1"],
    pi_b: [
      [bx0, bx1],
      [by0, by1],
      ["1", "0"],
    ],
    pi_c: [cx, cy, "1"],
  };
};

/** What `values.map(String)` is once the length has been checked. */
type EightTexts = [string, string, string, string, string, string, string, string];

/**
 * Public signals, decimal, as 32-byte big-endian words.
 *
 * @throws NodeFailure "malformed_message" for one that is not canonical decimal or not below r.
 */
export const encodePublicSignals = (curve: Curve, signals: readonly string[]): Uint8Array => {
  const values = signals.map((text, index) => {
    const name = signalName(index);
    return requireBelow(name, parseDecimal(name, text), scalarPrime[curve]);
  });
  return joinWords(values, PUBLIC_SIGNAL_BYTES);
};

/**
 * 32-byte big-endian words as decimal public signals.
 *
 * @throws NodeFailure "malformed_message" for a length that is no multiple of 32 or a word >= r.
 */
export const decodePublicSignals = (curve: Curve, bytes: Uint8Array): readonly string[] => {
  if (bytes.length % PUBLIC_SIGNAL_BYTES !== 0) {
    throw refusal("public signals", "a multiple of 32 bytes", String(bytes.length));
  }
  return splitWords(bytes, PUBLIC_SIGNAL_BYTES).map((value, index) =>
    requireBelow(signalName(index), value, scalarPrime[curve]).toString(),
  );
};

/** A field element as the 64 hex digits of TaskCompletionRequest.merkle_root. */
export const rootHex = (root: bigint): string => root.toString(16).padStart(64, "0");

const signalName = (index: number): string => `public signal ${String(index)}`;

/** Digits of the largest coordinate: 2^384 has 116. Longer text is refused before it is made a number. */
const MAX_DECIMAL_DIGITS = 116;

const parseDecimal = (name: string, text: unknown): bigint => {
  const canonical =
    typeof text === "string" &&
    text.length <= MAX_DECIMAL_DIGITS &&
    /^(?:0|[1-9][0-9]*)$/.test(text);
  if (!canonical) throw refusal(name, "a decimal number without leading zeros", quote(text));
  return BigInt(text);
};

const requireBelow = (name: string, value: bigint, prime: bigint): bigint => {
  if (value >= prime) {
    throw refusal(name, `a number below 0x${prime.toString(16)}`, `0x${value.toString(16)}`);
  }
  return value;
};

/** The x and y of a point whose z is one. */
const affine = <Part>(name: string, point: readonly Part[], one: string): readonly [Part, Part] => {
  const [x, y, z] = point;
  if (x === undefined || y === undefined || point.length !== 3) {
    throw refusal(name, "three coordinates (x, y, z)", String(point.length));
  }
  if (String(z) !== one) throw refusal(`${name}.z`, `${one} (affine)`, quote(String(z)));
  return [x, y];
};

/** The c0 and c1 of a coordinate of G2. */
const pair = (name: string, part: readonly string[]): readonly string[] => {
  if (part.length === 2) return part;
  throw refusal(name, "two parts (c0, c1) per coordinate", String(part.length));
};

/** (0, 0) is how the point at infinity is written; it lies on neither curve. */
const requireNoInfinity = (values: readonly bigint[]): void => {
  const points = [
    ["A", values.slice(0, 2)],
    ["B", values.slice(2, 6)],
    ["C", values.slice(6, 8)],
  ] as const;
  for (const [name, parts] of points) {
    if (parts.every((part) => part === 0n)) {
      throw refusal(name, "a point of the curve", "the point at infinity");
    }
  }
};

const joinWords = (values: readonly bigint[], width: number): Uint8Array => {
  const bytes = new Uint8Array(values.length * width);
  values.forEach((value, index) => {
    let rest = value;
    for (let at = (index + 1) * width - 1; rest > 0n; at -= 1) {
      bytes[at] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  });
  return bytes;
};

const splitWords = (bytes: Uint8Array, width: number): readonly bigint[] => {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const words: bigint[] = [];
  for (let at = 0; at < hex.length; at += 2 * width) {
    words.push(BigInt(`0x${hex.slice(at, at + 2 * width)}`));
  }
  return words;
};

const quote = (value: unknown): string => {
  const text = typeof value === "string" ? JSON.stringify(value) : typeof value;
  return text.length > 140 ? `${text.slice(0, 140)}…` : text;
};

const refusal = (what: string, expected: string, got: string): NodeFailure =>
  new NodeFailure("malformed_message", `proof data, ${what}: expected ${expected}, got ${got}`);
