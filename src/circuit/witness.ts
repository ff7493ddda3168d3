/**
 * The witness calculator: runs a compiled circom 2 circuit on its input signals and gives the value of every wire, as
 * snarkjs's .wtns file. Compiled once by whoever has the bytes; each calculation gets an instance of its own, so that
 * nothing of one input is left for the next.
 */
import { scalarPrime, curves } from "../domain/circuit.ts";
import type { Curve } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import { MalformedInput } from "./malformed-input.ts";
import { instantiate } from "./circom-program.ts";
import type { CircomProgram } from "./circom-program.ts";

export type WitnessCalculator = {
  readonly curve: Curve;
  /** r: signals are below it. */
  readonly prime: bigint;
  /** Values that all input signals take together. */
  readonly inputSize: number;
  /** Wires of the circuit, the constant one among them. */
  readonly witnessSize: number;
  /** Number of values that an input signal takes; -1 when the circuit has none of that name (or an empty one). */
  readonly signalSize: (name: string) => number;
  /** @throws MalformedInput naming the first signal that is unknown, too short, too long, or left out. */
  readonly check: (signals: InputSignals) => void;
  /**
   * Computes the witness. Values must be in [0, r).
   *
   * @throws MalformedInput as `check`; NodeFailure "unsatisfied_constraints" with circom's template and line when the
   * input breaks a constraint, "out_of_memory" or "internal" when the calculator itself stopped.
   */
  readonly calculate: (signals: InputSignals) => Witness;
};

/** Values by signal name, arrays flattened row by row. */
export type InputSignals = ReadonlyMap<string, readonly bigint[]>;

export type Witness = {
  /** A whole .wtns file (version 2). */
  readonly wtns: Uint8Array<ArrayBuffer>;
  /** The wires within it: 32 bytes each, little-endian, in normal (not Montgomery) form. */
  readonly wires: Uint8Array<ArrayBuffer>;
  /** What the calculator's own memory had grown to, bytes. */
  readonly memoryBytes: number;
};

/**
 * Prepares a circuit's calculator.
 *
 * @throws NodeFailure "artifact" when the module is no circom 2 circuit over BN254 or BLS12-381, or imports anything
 * beyond circom's four callbacks.
 */
export const createWitnessCalculator = (module: WebAssembly.Module): WitnessCalculator => {
  const { program, ...facts } = inspect(module);
  const signalSize = (name: string): number => {
    const size = program.getInputSignalSize(...hashName(name));
    // circom says 0 or -1, by its version.
    return size > 0 ? size : -1;
  };
  const check = (signals: InputSignals): void =>
    requireAllInputs(signals, { signalSize, inputSize: facts.inputSize });
  const calculate = (signals: InputSignals): Witness => {
    check(signals);
    const fresh = instantiate(module);
    run(fresh, signals);
    return readWitness(fresh, facts.witnessSize);
  };
  return { ...facts, signalSize, check, calculate };
};

const inspect = (module: WebAssembly.Module) => {
  try {
    const program = instantiate(module);
    return {
      program,
      ...readField(program),
      inputSize: program.getInputSize(),
      witnessSize: readWitnessSize(program),
    };
  } catch (reason) {
    // A module that does not link, or traps at once, is as useless as one of the wrong form.
    throw NodeFailure.from(reason, "artifact");
  }
};

/** Bytes of a field element in a .wtns file, for both curves. */
const ELEMENT_BYTES = 32;
/** 1 GiB of witness: more than a browser can prove. A hostile module must not make us allocate what it likes. */
const MAX_WITNESS_SIZE = 2 ** 25;

const readField = (program: CircomProgram): { readonly curve: Curve; readonly prime: bigint } => {
  program.getRawPrime();
  const shared = new DataView(program.memory.buffer, program.sharedStart, ELEMENT_BYTES);
  let prime = 0n;
  for (let at = ELEMENT_BYTES - 8; at >= 0; at -= 8) {
    prime = (prime << 64n) | shared.getBigUint64(at, true);
  }
  const curve = curves.find((candidate) => scalarPrime[candidate] === prime);
  if (curve !== undefined) return { curve, prime };
  throw new NodeFailure(
    "artifact",
    `the circuit is compiled for the prime 0x${prime.toString(16)}; compile it with --prime bn128 or --prime bls12381`,
  );
};

const readWitnessSize = (program: CircomProgram): number => {
  const size = program.getWitnessSize();
  if (size >= 1 && size <= MAX_WITNESS_SIZE) return size;
  throw new NodeFailure("artifact", `the circuit has ${size} wires; at most ${MAX_WITNESS_SIZE}`);
};

type Declared = { readonly signalSize: (name: string) => number; readonly inputSize: number };

const requireAllInputs = (signals: InputSignals, declared: Declared): void => {
  let total = 0;
  for (const [name, { length }] of signals) {
    requireSize(name, length, declared.signalSize(name));
    total += length;
  }
  if (total === declared.inputSize) return;
  // The module knows its signals by the hash of their name only, so it cannot say which one is missing.
  throw new MalformedInput({
    field: "",
    problem: `a signal is missing: the circuit takes ${declared.inputSize} values, the input gives ${total}`,
    remedy: "give every input signal of the circuit by its name",
  });
};

const requireSize = (name: string, got: number, wanted: number): void => {
  if (got === wanted || (got === 0 && wanted < 0)) return;
  if (wanted < 0) {
    const problem = `the circuit has no input signal "${name}"`;
    throw new MalformedInput({ field: name, problem, remedy: "use the names in its source" });
  }
  throw new MalformedInput({
    field: name,
    problem: `${got < wanted ? "too few" : "too many"} values: got ${got}`,
    remedy: `give ${wanted}, nested as the circuit declares them`,
  });
};

const run = (program: CircomProgram, signals: InputSignals): void => {
  try {
    // 1: check every constraint that circom can check while it computes.
    program.init(1);
    const shared = new DataView(program.memory.buffer, program.sharedStart, ELEMENT_BYTES);
    for (const [name, values] of signals) {
      const [high, low] = hashName(name);
      values.forEach((value, index) => {
        writeElement(shared, value);
        program.setInputSignal(high, low, index);
      });
    }
  } catch (reason) {
    if (reason instanceof NodeFailure) throw reason;
    const trap = NodeFailure.from(reason).message;
    throw new NodeFailure("internal", `the witness calculator crashed: ${trap}`, { cause: reason });
  }
};

const writeElement = (shared: DataView, value: bigint): void => {
  let rest = value;
  for (let at = 0; at < ELEMENT_BYTES; at += 8) {
    shared.setBigUint64(at, BigInt.asUintN(64, rest), true);
    rest >>= 64n;
  }
};

/** Bytes before the first wire: file header 12, section 1 header 12 and body 40, section 2 header 12. */
const WTNS_HEADER_BYTES = 76;

const readWitness = (program: CircomProgram, size: number): Witness => {
  const wtns = new Uint8Array(WTNS_HEADER_BYTES + size * ELEMENT_BYTES);
  writeHeader(wtns, program, size);
  // 32-bit words: the header's 76 bytes are no multiple of 8.
  const out = new Uint32Array(wtns.buffer);
  const shared = new Uint32Array(program.memory.buffer, program.sharedStart, ELEMENT_BYTES / 4);
  let at = WTNS_HEADER_BYTES / 4;
  for (let wire = 0; wire < size; wire += 1) {
    program.getWitness(wire);
    out.set(shared, at);
    at += shared.length;
  }
  const memoryBytes = program.memory.buffer.byteLength;
  return { wtns, wires: wtns.subarray(WTNS_HEADER_BYTES), memoryBytes };
};

/** iden3's binary file format: "wtns", version 2, two sections (1: field and size, 2: values). */
const writeHeader = (wtns: Uint8Array<ArrayBuffer>, program: CircomProgram, size: number): void => {
  wtns.set(new TextEncoder().encode("wtns"));
  const view = new DataView(wtns.buffer);
  view.setUint32(4, 2, true);
  view.setUint32(8, 2, true);
  view.setUint32(12, 1, true);
  view.setBigUint64(16, 40n, true);
  view.setUint32(24, ELEMENT_BYTES, true);
  program.getRawPrime();
  wtns.set(new Uint8Array(program.memory.buffer, program.sharedStart, ELEMENT_BYTES), 28);
  view.setUint32(60, size, true);
  view.setUint32(64, 2, true);
  view.setBigUint64(68, BigInt(size * ELEMENT_BYTES), true);
};

/** How circom names signals at run time: 64-bit FNV-1a of the name, in two halves. */
const hashName = (name: string): readonly [high: number, low: number] => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return [Number(hash >> 32n), Number(hash & 0xffffffffn)];
};
