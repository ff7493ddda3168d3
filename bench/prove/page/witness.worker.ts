/** Witnesses of one circuit by this project's calculator and by snarkjs's, in one thread: they take turns. */
import { expose } from "comlink";
import { wtns, type CircuitInput, type MemoryFile } from "snarkjs";
import { signalsByName } from "../../../src/circuit/inputs/generic.ts";
import { readJsonObject } from "../../../src/circuit/inputs/json.ts";
import { createWitnessCalculator } from "../../../src/circuit/witness.ts";
import type { WitnessWorker } from "../protocol.ts";
import { requireSameBytes } from "../same-results.ts";
import { witnessCalculators, type WitnessCalculatorId } from "../witness-calculators.ts";

type Calculate = () => Promise<Uint8Array>;

let calculators: Readonly<Record<WitnessCalculatorId, Calculate>> | undefined;

const fetchBytes = async (url: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await fetch(url)).arrayBuffer());

/** snarkjs compiles for every witness. What others do once is done once for it as well where `module` is given. */
const withModule = async <Value>(
  module: WebAssembly.Module,
  work: () => Promise<Value>,
): Promise<Value> => {
  const { compile } = WebAssembly;
  WebAssembly.compile = () => Promise.resolve(module);
  try {
    return await work();
  } finally {
    WebAssembly.compile = compile;
  }
};

const bySnarkjs = async (wasm: Uint8Array, input: Uint8Array): Promise<Uint8Array> => {
  const file: MemoryFile = { type: "mem" };
  await wtns.calculate(JSON.parse(new TextDecoder().decode(input)) as CircuitInput, wasm, file);
  if (file.data === undefined) throw new Error("snarkjs wrote no witness");
  return file.data;
};

const worker: WitnessWorker = {
  load: async ({ id, curve }) => {
    const wasm = await fetchBytes(`/circuits/${id}.wasm`);
    const input = await fetchBytes(`/circuits/${id}.input.json`);
    const module = await WebAssembly.compile(wasm);
    const calculator = createWitnessCalculator(module);
    calculators = {
      snarkjs: () => bySnarkjs(wasm, input),
      "snarkjs-compiled": () => withModule(module, () => bySnarkjs(wasm, input)),
      own: () => {
        const signals = signalsByName(readJsonObject(input), curve);
        return Promise.resolve(calculator.calculate(signals).wtns);
      },
    };
    // Which also warms them up.
    const expected = await calculators.snarkjs();
    for (const named of witnessCalculators)
      requireSameBytes(`${named}: the witness of ${id}`, await calculators[named](), expected);
  },
  run: async (named) => {
    if (calculators === undefined) throw new Error("no circuit is loaded");
    const begun = performance.now();
    await calculators[named]();
    return performance.now() - begun;
  },
};

expose(worker);
