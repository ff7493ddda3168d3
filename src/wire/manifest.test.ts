import { readFileSync } from "node:fs";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { describe, expect, it } from "vitest";
import { encodeManifest, parseManifest, signEntry, signedBytes, verifyEntry } from "./manifest.ts";
import type { ManifestEntry } from "./manifest.ts";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const committed = read("../../public/circuits/manifest.json");
const { publicKey } = JSON.parse(read("../../circuits/development-signing-key.json")) as {
  publicKey: string;
};

type Document = { circuits: { entry: Record<string, unknown>; signature?: object }[] };

/** The committed manifest with its first item changed. */
const changed = (change: (item: Document["circuits"][number]) => void): string => {
  const document = JSON.parse(committed) as Document;
  const [first] = document.circuits;
  if (first === undefined) throw new Error("the committed manifest is empty");
  change(first);
  return JSON.stringify(document);
};

const firstOf = (text: string): ManifestEntry => {
  const [entry] = parseManifest(text).entries;
  if (entry === undefined) throw new Error("no entry was read");
  return entry;
};

const secretKey = new Uint8Array(32).fill(5);
const ownKey = bytesToHex(ed25519.getPublicKey(secretKey));

describe("the committed manifest", () => {
  it("has the four circuits, all for development and signed by the committed key", () => {
    const { entries, problems } = parseManifest(committed);
    expect(problems).toEqual([]);
    expect(entries.map(({ circuit }) => circuit.id)).toEqual([
      "addition",
      "addition_bls12381",
      "range_proof",
      "merkle_proof",
    ]);
    for (const entry of entries) {
      expect(entry.circuit.setup).toBe("development");
      expect(verifyEntry(entry, [publicKey])).toBe("signed");
    }
  });

  it("is trusted by nobody who does not pin that key", () => {
    for (const entry of parseManifest(committed).entries) {
      expect(verifyEntry(entry, [])).toBe("unsigned");
      expect(verifyEntry(entry, [ownKey])).toBe("unsigned");
    }
  });
});

describe("signing", () => {
  const { circuit } = firstOf(committed);

  it("survives the way over the wire", () => {
    const text = encodeManifest([signEntry(circuit, secretKey)]);
    expect(firstOf(text).circuit).toEqual(circuit);
    expect(verifyEntry(firstOf(text), [publicKey, ownKey])).toBe("signed");
  });

  it("does not depend on the order of the fields", () => {
    const reversed = Object.fromEntries(Object.entries(circuit).reverse()) as typeof circuit;
    expect(signedBytes(reversed)).toEqual(signedBytes(circuit));
  });

  it("takes a pinned key in capitals", () => {
    expect(verifyEntry(signEntry(circuit, secretKey), [ownKey.toUpperCase()])).toBe("signed");
  });

  it("leaves an entry without signature unsigned", () => {
    const text = encodeManifest([{ circuit }]);
    expect(verifyEntry(firstOf(text), [ownKey])).toBe("unsigned");
  });

  it.each<[what: string, change: (entry: Record<string, unknown>) => void]>([
    ["the version", (entry) => (entry.version = 2)],
    ["a digest", (entry) => (entry.zkey = { ...(entry.zkey as object), sha256: "0".repeat(64) })],
    ["the setup", (entry) => (entry.setup = "ceremony")],
    ["an added field", (entry) => (entry.sponsor = "somebody")],
  ])("does not hold for a changed entry: %s", (_, change) => {
    const text = changed(({ entry }) => change(entry));
    expect(parseManifest(text).problems).toEqual([]);
    expect(verifyEntry(firstOf(text), [publicKey])).toBe("unsigned");
  });

  it("covers fields that this version does not know", () => {
    const entry = { ...circuit, sponsor: { name: "somebody" } };
    const signed = signEntry(entry, secretKey);
    const text = JSON.stringify({ circuits: [{ entry, signature: signed.signature }] });
    expect(verifyEntry(firstOf(text), [ownKey])).toBe("signed");
    expect(firstOf(text).circuit).toEqual(circuit);
  });
});

describe("a malformed entry", () => {
  const artifact = { url: "a.wasm", bytes: 1, sha256: "0".repeat(64) };
  it.each<[path: string, value: unknown]>([
    ["id", "Merkle"],
    ["id", 7],
    ["version", 0],
    ["version", 1.5],
    ["curve", "bn254"],
    ["constraints", -1],
    ["constraints", "128"],
    ["domainSize", 300],
    ["domainSize", 64],
    ["domainSize", 2 ** 29],
    ["publicSignals", "sum"],
    ["publicSignals", ["sum", "sum"]],
    ["publicSignals", ["<b>"]],
    ["publicSignals", new Array(2001).fill("x").map((x: string, i) => `${x}${i}`)],
    ["setup", "trusted"],
    ["memoryBytes", 0],
    ["wasm", "a.wasm"],
    ["wasm", { ...artifact, url: "javascript:alert(1)" }],
    ["wasm", { ...artifact, url: "data:application/wasm;base64,AA==" }],
    ["wasm", { ...artifact, url: "" }],
    ["zkey", { ...artifact, bytes: 0 }],
    ["zkey", { ...artifact, bytes: 2 ** 53 }],
    ["vkey", { ...artifact, sha256: "AB".repeat(32) }],
    ["vkey", undefined],
  ])("is refused by field, and only it: %s = %j", (field, value) => {
    const { entries, problems } = parseManifest(changed(({ entry }) => (entry[field] = value)));
    expect(entries).toHaveLength(3);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`manifest, circuits[0].entry.${field}`);
    expect(problems[0]).toMatch(/expected .*, got /);
  });

  it.each([{ key: "00", value: "00" }, { key: "0".repeat(64) }, "signature"])(
    "is one whose signature has no form: %j",
    (signature) => {
      const text = changed((item) => (item.signature = signature as object));
      expect(parseManifest(text).problems[0]).toContain("circuits[0].signature");
    },
  );

  it("is a second entry with the same zkey, but another version of a circuit is good", () => {
    const { circuits } = JSON.parse(committed) as Document;
    const [first] = circuits;
    const newer = { entry: { ...first?.entry, zkey: artifact } };
    const text = JSON.stringify({ circuits: [...circuits, first, newer] });
    expect(parseManifest(text).entries).toHaveLength(5);
    expect(parseManifest(text).problems).toHaveLength(1);
  });
});

describe("what is no manifest", () => {
  it.each(["", "[]", "null", "{}", '{"circuits":{}}', "{"])("is refused as a whole: %j", (text) => {
    expect(() => parseManifest(text)).toThrow(/^manifest/);
  });
});
