/**
 * The circuit manifest: which circuits there are, where their files lie and what they hash to. Each entry is signed by
 * itself (Ed25519 over the UTF-8 of its canonical JSON, unknown fields included), so one bad entry spoils no other.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { curves } from "../domain/circuit.ts";
import type { Artifact, Circuit, Curve, Setup, Trust } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import { circuitId, sha256 } from "../domain/ids.ts";
import { canonicalJson } from "./canonical-json.ts";

export type Signature = {
  /** Raw Ed25519 public key, 64 lower-case hex digits. */
  readonly key: string;
  /** 128 lower-case hex digits. */
  readonly value: string;
};

export type ManifestEntry = {
  readonly circuit: Circuit;
  /** What the signature is over: the entry as it came. */
  readonly signed: Uint8Array;
  /** Absent = nobody signed it. */
  readonly signature?: Signature;
};

export type Manifest = {
  readonly entries: readonly ManifestEntry[];
  /** One sentence per entry that was refused; the others are good. */
  readonly problems: readonly string[];
};

/** More public signals than fit a report (64 KiB, 32 bytes each) cannot be delivered. */
const MAX_PUBLIC_SIGNALS = 2000;
/** Two-adicity of BN254's scalar field: no larger domain exists. */
const MAX_DOMAIN_SIZE = 2 ** 28;

/**
 * Reads a manifest. Unknown fields are let pass (and stay covered by the signature).
 *
 * @throws NodeFailure "malformed_message" when the text as a whole is no manifest; a malformed entry is a problem.
 */
export const parseManifest = (text: string): Manifest => {
  const circuits = listOf(parseJson(text));
  const entries: ManifestEntry[] = [];
  const problems: string[] = [];
  const seen = new Set<string>();
  circuits.forEach((item, index) => {
    try {
      const entry = readEntry(item, `circuits[${String(index)}]`);
      const version = `${entry.circuit.id} ${entry.circuit.zkey.sha256}`;
      if (seen.has(version)) throw refusal(`circuits[${String(index)}]`, "each zkey once", version);
      seen.add(version);
      entries.push(entry);
    } catch (reason) {
      problems.push(NodeFailure.from(reason, "malformed_message").message);
    }
  });
  return { entries, problems };
};

/** What is signed of a circuit: the UTF-8 of its canonical JSON. */
export const signedBytes = (circuit: Circuit): Uint8Array =>
  new TextEncoder().encode(canonicalJson(circuit));

/** Signs a circuit. `secretKey` is the raw 32-byte Ed25519 seed. */
export const signEntry = (circuit: Circuit, secretKey: Uint8Array): ManifestEntry => {
  const signed = signedBytes(circuit);
  return {
    circuit,
    signed,
    signature: {
      key: bytesToHex(ed25519.getPublicKey(secretKey)),
      value: bytesToHex(ed25519.sign(signed, secretKey)),
    },
  };
};

/** The manifest's text. */
export const encodeManifest = (entries: readonly Omit<ManifestEntry, "signed">[]): string => {
  const circuits = entries.map(({ circuit, signature }) =>
    signature === undefined ? { entry: circuit } : { entry: circuit, signature },
  );
  return `${JSON.stringify({ circuits }, undefined, 2)}\n`;
};

/** "signed" when one of the pinned keys (raw Ed25519, hex) signed exactly this entry. */
export const verifyEntry = (entry: ManifestEntry, pinnedKeys: readonly string[]): Trust => {
  const { signature, signed } = entry;
  if (signature === undefined) return "unsigned";
  if (!pinnedKeys.some((key) => key.toLowerCase() === signature.key)) return "unsigned";
  return signatureHolds(signature, signed) ? "signed" : "unsigned";
};

const signatureHolds = (signature: Signature, signed: Uint8Array): boolean => {
  try {
    // RFC 8032 as written; ZIP 215 would also take small-order and non-canonical points.
    return ed25519.verify(hexToBytes(signature.value), signed, hexToBytes(signature.key), {
      zip215: false,
    });
  } catch {
    // A key that is no point throws; to the reader that is one more signature that does not hold.
    return false;
  }
};

// --- reading, field by field --------------------------------------------------------------------------------------

type Fields = Readonly<Record<string, unknown>>;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (reason) {
    throw new NodeFailure("malformed_message", "manifest: expected JSON", { cause: reason });
  }
};

const listOf = (value: unknown): readonly unknown[] => {
  const { circuits } = fieldsOf(value, "the document");
  if (!Array.isArray(circuits)) throw refusal("circuits", "an array", describe(circuits));
  return circuits;
};

const readEntry = (item: unknown, path: string): ManifestEntry => {
  const { entry, signature } = fieldsOf(item, path);
  const circuit = readCircuit(fieldsOf(entry, `${path}.entry`), `${path}.entry`);
  const signed = new TextEncoder().encode(canonicalJson(entry));
  if (signature === undefined) return { circuit, signed };
  return { circuit, signed, signature: readSignature(signature, `${path}.signature`) };
};

const readCircuit = (entry: Fields, path: string): Circuit => {
  const integer = (name: string, most: number): number =>
    integerOf(entry[name], `${path}.${name}`, most);
  const circuit: Circuit = {
    id: required(circuitId(textOf(entry.id, `${path}.id`)), {
      path: `${path}.id`,
      expected: "a letter, then up to 63 of a-z, 0-9 and _",
      got: entry.id,
    }),
    version: integer("version", 2 ** 31 - 1),
    curve: oneOf<Curve>(entry.curve, `${path}.curve`, curves),
    constraints: integer("constraints", MAX_DOMAIN_SIZE),
    domainSize: integer("domainSize", MAX_DOMAIN_SIZE),
    publicSignals: readNames(entry.publicSignals, `${path}.publicSignals`),
    setup: oneOf<Setup>(entry.setup, `${path}.setup`, ["development", "ceremony"]),
    memoryBytes: integer("memoryBytes", Number.MAX_SAFE_INTEGER),
    wasm: readArtifact(entry.wasm, `${path}.wasm`),
    zkey: readArtifact(entry.zkey, `${path}.zkey`),
    vkey: readArtifact(entry.vkey, `${path}.vkey`),
  };
  requireDomain(circuit, path);
  return circuit;
};

const requireDomain = ({ domainSize, constraints }: Circuit, path: string): void => {
  if (!Number.isInteger(Math.log2(domainSize)) || domainSize < constraints) {
    const expected = `a power of two, at least the ${String(constraints)} constraints`;
    throw refusal(`${path}.domainSize`, expected, String(domainSize));
  }
};

const readNames = (value: unknown, path: string): readonly string[] => {
  if (!Array.isArray(value) || value.length > MAX_PUBLIC_SIGNALS) {
    throw refusal(path, `an array of at most ${String(MAX_PUBLIC_SIGNALS)}`, describe(value));
  }
  const names = value.map((name: unknown, index) => {
    const text = textOf(name, `${path}[${String(index)}]`);
    if (/^[A-Za-z_$][A-Za-z0-9_$.[\]]{0,127}$/.test(text)) return text;
    throw refusal(`${path}[${String(index)}]`, "a circom signal name", describe(name));
  });
  if (new Set(names).size !== names.length) throw refusal(path, "each name once", "a repeated one");
  return names;
};

const readArtifact = (value: unknown, path: string): Artifact => {
  const fields = fieldsOf(value, path);
  return {
    url: urlOf(fields.url, `${path}.url`),
    bytes: integerOf(fields.bytes, `${path}.bytes`, Number.MAX_SAFE_INTEGER),
    sha256: required(sha256(textOf(fields.sha256, `${path}.sha256`)), {
      path: `${path}.sha256`,
      expected: "64 lower-case hex digits",
      got: fields.sha256,
    }),
  };
};

const readSignature = (value: unknown, path: string): Signature => {
  const fields = fieldsOf(value, path);
  return {
    key: hexOf(fields.key, `${path}.key`, 32),
    value: hexOf(fields.value, `${path}.value`, 64),
  };
};

/** Absolute http(s), or relative to the manifest: never data:, blob:, file: or javascript:. */
const urlOf = (value: unknown, path: string): string => {
  const text = textOf(value, path);
  if (text !== "" && isFetchable(text)) return text;
  throw refusal(path, "an http(s) or relative URL", describe(value));
};

const isFetchable = (text: string): boolean => {
  try {
    const { protocol } = new URL(text, "https://manifest.invalid/circuits/manifest.json");
    return protocol === "https:" || protocol === "http:";
  } catch {
    // What cannot be parsed cannot be fetched.
    return false;
  }
};

const fieldsOf = (value: unknown, path: string): Fields => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refusal(path, "an object", describe(value));
  }
  return value as Fields;
};

const textOf = (value: unknown, path: string): string => {
  if (typeof value !== "string") throw refusal(path, "a string", describe(value));
  return value;
};

const hexOf = (value: unknown, path: string, bytes: number): string => {
  const text = textOf(value, path);
  if (text.length === 2 * bytes && /^[0-9a-f]*$/.test(text)) return text;
  throw refusal(path, `${String(2 * bytes)} lower-case hex digits`, describe(value));
};

const integerOf = (value: unknown, path: string, most: number): number => {
  if (Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most) {
    return Number(value);
  }
  throw refusal(path, `an integer between 1 and ${String(most)}`, describe(value));
};

const oneOf = <Choice extends string>(
  value: unknown,
  path: string,
  choices: readonly Choice[],
): Choice => {
  const choice = choices.find((candidate) => candidate === value);
  if (choice !== undefined) return choice;
  throw refusal(path, `one of ${choices.join(", ")}`, describe(value));
};

type Requirement = { readonly path: string; readonly expected: string; readonly got: unknown };

const required = <Value>(value: Value | undefined, requirement: Requirement): Value => {
  if (value !== undefined) return value;
  throw refusal(requirement.path, requirement.expected, describe(requirement.got));
};

const describe = (value: unknown): string => {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `an array of ${String(value.length)}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
};

const refusal = (path: string, expected: string, got: string): NodeFailure =>
  new NodeFailure("malformed_message", `manifest, ${path}: expected ${expected}, got ${got}`);
