/**
 * A compiled circom 2 circuit as a typed program: what it may import, what it must export. The module comes from
 * whoever made the circuit, so nothing but circom's own four callbacks is given to it, and none of them reaches out.
 */
import { NodeFailure } from "../domain/failure.ts";

/** The exports of a circom 2 circuit that a witness takes. Field elements pass through `memory` at `sharedStart`. */
export type CircomProgram = {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Byte offset of the 32 bytes (little-endian) that carry one field element in or out. */
  readonly sharedStart: number;
  readonly init: (sanityCheck: number) => void;
  /** Number of values of the input signal with this name hash; 0 or -1 when there is none. */
  readonly getInputSignalSize: (hashHigh: number, hashLow: number) => number;
  /** Takes one value; the last of them runs the circuit. */
  readonly setInputSignal: (hashHigh: number, hashLow: number, index: number) => void;
  readonly getInputSize: () => number;
  readonly getWitnessSize: () => number;
  readonly getWitness: (wire: number) => void;
  readonly getRawPrime: () => void;
};

/** Makes a program ready to run; several may exist of one module, each with its own memory. */
export const instantiate = (module: WebAssembly.Module): CircomProgram => {
  requireKnownImports(module);
  const said: string[] = [];
  const runtime: Record<CircomImport, (code: number) => void> = {
    exceptionHandler: (code) => {
      throw exception(code, said);
    },
    printErrorMessage: () => said.push(readMessage(exports.getMessageChar)),
    // circom's log() statements: inputs may be among what they print, so nothing is kept of it.
    writeBufferMessage: () => undefined,
    showSharedRWMemory: () => undefined,
  };
  const { exports } = new WebAssembly.Instance(module, { runtime });
  return readExports(exports);
};

const circomImports = [
  "exceptionHandler",
  "printErrorMessage",
  "writeBufferMessage",
  "showSharedRWMemory",
] as const;
type CircomImport = (typeof circomImports)[number];

/** @throws NodeFailure "artifact" naming the first import that is none of circom's. */
export const requireKnownImports = (module: WebAssembly.Module): void => {
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const known = circomImports.some((allowed) => allowed === name);
    if (from === "runtime" && kind === "function" && known) continue;
    throw new NodeFailure(
      "artifact",
      `the circuit's WASM imports ${kind} ${from}.${name}; a circom 2 circuit imports only runtime.{${circomImports.join(", ")}}`,
    );
  }
};

type Exports = Readonly<Record<string, unknown>>;

const readExports = (exports: Exports): CircomProgram => {
  const memory = exports.memory;
  if (typeof memory !== "object" || memory === null || !("buffer" in memory)) {
    throw missing("memory");
  }
  if (exportedFunction(exports, "getVersion")() !== 2) throw missing("getVersion() = 2");
  if (exportedFunction(exports, "getFieldNumLen32")() !== 8) {
    throw new NodeFailure("artifact", "the circuit's field elements do not have 32 bytes");
  }
  return {
    memory: memory as CircomProgram["memory"],
    sharedStart: exportedFunction(exports, "getSharedRWMemoryStart")(),
    init: exportedFunction(exports, "init"),
    getInputSignalSize: exportedFunction(exports, "getInputSignalSize"),
    setInputSignal: exportedFunction(exports, "setInputSignal"),
    getInputSize: exportedFunction(exports, "getInputSize"),
    getWitnessSize: exportedFunction(exports, "getWitnessSize"),
    getWitness: exportedFunction(exports, "getWitness"),
    getRawPrime: exportedFunction(exports, "getRawPrime"),
  };
};

type WasmFunction = (...values: number[]) => number;

const exportedFunction = (exports: Exports, name: string): WasmFunction => {
  const value = exports[name];
  if (typeof value !== "function") throw missing(name);
  return value as WasmFunction;
};

const missing = (name: string): NodeFailure =>
  new NodeFailure(
    "artifact",
    `the circuit's WASM does not export ${name}; compile it with circom 2.0.7 or newer`,
  );

/** circom's codes, from the witness_calculator.js that it generates. */
const exceptions = new Map([
  [1, "signal not found"],
  [2, "too many signals set"],
  [3, "signal already set"],
  [4, "assert failed"],
  [5, "not enough memory"],
  [6, "input signal array access exceeds the size"],
]);

const exception = (code: number, said: readonly string[]): NodeFailure => {
  const where = said.length === 0 ? "" : ` (${said.join("; ")})`;
  const what = exceptions.get(code) ?? `unknown error ${code}`;
  if (code === 4) {
    return new NodeFailure(
      "unsatisfied_constraints",
      `the input does not satisfy the circuit: ${what}${where}`,
    );
  }
  return new NodeFailure(
    code === 5 ? "out_of_memory" : "internal",
    `the witness calculator stopped: ${what}${where}`,
  );
};

/** Longer than any line that circom prints; a hostile module must not keep us reading. */
const MAX_MESSAGE_CHARACTERS = 1000;

const readMessage = (getMessageChar: unknown): string => {
  if (typeof getMessageChar !== "function") return "";
  const next = getMessageChar as () => number;
  let message = "";
  for (let code = next(); code !== 0; code = next()) {
    message += String.fromCharCode(code);
    if (message.length >= MAX_MESSAGE_CHARACTERS) break;
  }
  return message.trim();
};
