import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { CircuitFiles } from "../artifacts/protocol.ts";
import { curves, type Artifact, type Circuit } from "../domain/circuit.ts";
import { circuitId, sha256 } from "../domain/ids.ts";

/** A circuit with its input and the public signals that its proof must show. */
export type ExtraCircuit = {
  readonly files: CircuitFiles;
  readonly wasmBytes: Uint8Array<ArrayBuffer>;
  readonly zkeyBytes: Uint8Array<ArrayBuffer>;
  readonly input: Uint8Array;
  readonly publicSignals: readonly string[];
};

/** Circuits too large for the repository: BENCH_CIRCUITS names their folder. */
export const extraCircuits = process.env.BENCH_CIRCUITS ?? "../shared/circuits";

/** Whether the extra circuits are there; a test that needs them is skipped, and says so, where they are not. */
export const hasExtraCircuits = existsSync(extraCircuits);
if (!hasExtraCircuits) {
  process.stdout.write(`skipped: no extra circuits in ${extraCircuits} (BENCH_CIRCUITS)\n`);
}

/** Reads <folder>/<name>/<name>.{wasm,zkey,vkey.json,public.json} and input.json. */
export const readExtraCircuit = (name: string): ExtraCircuit => {
  const file = (extension: string): string =>
    path.join(extraCircuits, name, `${name}.${extension}`);
  const wasm = new Uint8Array(readFileSync(file("wasm")));
  const zkey = new Uint8Array(readFileSync(file("zkey")));
  const vkey = readFileSync(file("vkey.json"));
  const publicSignals = JSON.parse(readFileSync(file("public.json"), "utf8")) as readonly string[];
  const key = JSON.parse(vkey.toString()) as { readonly curve: string };
  const circuit: Circuit = {
    id: required(circuitId(name)),
    version: 1,
    curve: required(curves.find((curve) => curve === key.curve)),
    ...sizesOf(zkey),
    publicSignals: publicSignals.map((_, index) => `out[${index}]`),
    setup: "development",
    memoryBytes: 1,
    wasm: artifactOf(`${name}.wasm`, wasm),
    zkey: artifactOf(`${name}.zkey`, zkey),
    vkey: artifactOf(`${name}.vkey.json`, vkey),
  };
  return {
    files: {
      circuit,
      trust: "unsigned",
      wasm: new WebAssembly.Module(wasm),
      zkey: { kind: "shared", buffer: shared(zkey) },
      vkeyJson: vkey.toString(),
    },
    wasmBytes: wasm,
    zkeyBytes: zkey,
    input: new Uint8Array(readFileSync(path.join(extraCircuits, name, "input.json"))),
    publicSignals,
  };
};

/** The same files with another zkey. */
export const withZkey = (files: CircuitFiles, zkey: Uint8Array): CircuitFiles => ({
  ...files,
  zkey: { kind: "shared", buffer: shared(zkey) },
});

const shared = (bytes: Uint8Array): SharedArrayBuffer => {
  const buffer = new SharedArrayBuffer(bytes.byteLength);
  new Uint8Array(buffer).set(bytes);
  return buffer;
};

/** A Groth16 zkey's header comes second: two primes with their lengths, then wires, public signals, domain size. */
const sizesOf = (zkey: Uint8Array): Pick<Circuit, "constraints" | "domainSize"> => {
  const view = new DataView(zkey.buffer, zkey.byteOffset);
  const body = 12 + 12 + 4 + 12;
  const primeBytes = view.getUint32(body, true);
  const domainSize = view.getUint32(body + 4 + primeBytes + 4 + 32 + 8, true);
  return { constraints: domainSize, domainSize };
};

const artifactOf = (url: string, bytes: Uint8Array): Artifact => ({
  url,
  bytes: bytes.byteLength,
  sha256: required(sha256(createHash("sha256").update(bytes).digest("hex"))),
});

const required = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error("a benchmark circuit does not have its form");
  return value;
};
