import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { CircuitFiles } from "../artifacts/protocol.ts";
import { checkInput } from "../circuit/inputs/index.ts";
import { createWitnessCalculator } from "../circuit/witness.ts";
import { curves, type Artifact, type Circuit } from "../domain/circuit.ts";
import { circuitId, sha256 } from "../domain/ids.ts";
import { parseManifest } from "../wire/manifest.ts";

/** A circuit with its input and the public signals that its proof must show. */
export type TestCircuit = {
  readonly files: CircuitFiles;
  readonly wasmBytes: Uint8Array<ArrayBuffer>;
  readonly zkeyBytes: Uint8Array<ArrayBuffer>;
  readonly input: Uint8Array;
  readonly publicSignals: readonly string[];
};

/** Circuits that are built and committed. */
const builtInCircuits = "public/circuits";

/** Circuits too large for the repository: BENCH_CIRCUITS names their folder. */
const extraCircuits = process.env.BENCH_CIRCUITS ?? "../shared/circuits";

/** Whether the extra circuits are there; a test that needs them is skipped, and says so, where they are not. */
export const hasExtraCircuits = existsSync(extraCircuits);
if (!hasExtraCircuits) {
  process.stdout.write(`skipped: no extra circuits in ${extraCircuits} (BENCH_CIRCUITS)\n`);
}

/** Folders that hold a circuit. */
export const extraCircuitNames: readonly string[] = hasExtraCircuits
  ? readdirSync(extraCircuits)
      .filter((name) => existsSync(path.join(extraCircuits, name, `${name}.zkey`)))
      .sort()
  : [];

const readManifest = () =>
  parseManifest(readFileSync(path.join(builtInCircuits, "manifest.json"), "utf8"));

export const builtInCircuitNames = (): readonly string[] =>
  readManifest().entries.map(({ circuit }) => circuit.id);

/** A built-in circuit, with the first good input of its vectors. */
export const readBuiltInCircuit = (name: string): TestCircuit => {
  const { entries } = readManifest();
  const circuit = required(entries.find((entry) => entry.circuit.id === name)).circuit;
  const read = ({ url }: Artifact) => new Uint8Array(readFileSync(path.join(builtInCircuits, url)));
  const vectors = JSON.parse(readFileSync(`circuits/${name}/vectors.json`, "utf8")) as Vectors;
  const good = required(vectors.good[0]);
  return assemble(circuit, {
    wasm: read(circuit.wasm),
    zkey: read(circuit.zkey),
    vkey: read(circuit.vkey),
    input: new TextEncoder().encode(JSON.stringify(good.input)),
    publicSignals: good.publicSignals,
  });
};

type Vectors = {
  readonly good: readonly { readonly input: unknown; readonly publicSignals: readonly string[] }[];
};

type Contents = Pick<TestCircuit, "input" | "publicSignals"> &
  Readonly<Record<"wasm" | "zkey" | "vkey", Uint8Array<ArrayBuffer>>>;

const assemble = (circuit: Circuit, contents: Contents): TestCircuit => ({
  files: {
    circuit,
    trust: "unsigned",
    wasm: new WebAssembly.Module(contents.wasm),
    zkey: new Blob([contents.zkey]),
    vkeyJson: new TextDecoder().decode(contents.vkey),
    kernels: [],
    key: undefined,
  },
  wasmBytes: contents.wasm,
  zkeyBytes: contents.zkey,
  input: contents.input,
  publicSignals: contents.publicSignals,
});

/** Reads <folder>/<name>/<name>.{wasm,zkey,vkey.json,public.json} and input.json. */
export const readExtraCircuit = (name: string): TestCircuit => {
  const file = (extension: string): string =>
    path.join(extraCircuits, name, `${name}.${extension}`);
  const wasm = new Uint8Array(readFileSync(file("wasm")));
  const zkey = new Uint8Array(readFileSync(file("zkey")));
  const vkey = new Uint8Array(readFileSync(file("vkey.json")));
  const publicSignals = JSON.parse(readFileSync(file("public.json"), "utf8")) as readonly string[];
  const key = JSON.parse(new TextDecoder().decode(vkey)) as { readonly curve: string };
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
  const input = new Uint8Array(readFileSync(path.join(extraCircuits, name, "input.json")));
  return assemble(circuit, { wasm, zkey, vkey, input, publicSignals });
};

/** The input as the circuit's program takes it. */
export const signalsOf = ({
  files,
  input,
}: TestCircuit): ReadonlyMap<string, readonly bigint[]> => {
  const checked = checkInput(files.circuit, input);
  if (!checked.ok) throw new Error(checked.problem);
  return checked.complete((length) => new Uint8Array(length)).signals;
};

/** The .wtns file of a circuit's input. */
export const witnessOf = (circuit: TestCircuit): Uint8Array<ArrayBuffer> =>
  createWitnessCalculator(circuit.files.wasm).calculate(signalsOf(circuit)).wtns;

/** The same files with another zkey, which is the one that the manifest names. */
export const withZkey = (files: CircuitFiles, zkey: Uint8Array<ArrayBuffer>): CircuitFiles => ({
  ...files,
  circuit: { ...files.circuit, zkey: artifactOf(files.circuit.zkey.url, zkey) },
  zkey: new Blob([zkey]),
});

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
