/** Checks a circuit against its vectors.json by really proving and verifying. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as snarkjs from "snarkjs";
import { checkInput } from "../src/circuit/inputs/index.ts";
import { createWitnessCalculator } from "../src/circuit/witness.ts";
import type { Witness } from "../src/circuit/witness.ts";
import type { Circuit } from "../src/domain/circuit.ts";
import { NodeFailure } from "../src/domain/failure.ts";

export type Vectors = {
  /** Inputs that fix all public signals, with these signals, decimal. */
  readonly good: readonly { readonly input: unknown; readonly publicSignals: readonly string[] }[];
  /** Inputs that do not have the form, with the field that is named. */
  readonly malformed: readonly { readonly input: unknown; readonly field: string }[];
  /** Inputs that have the form and break the circuit. */
  readonly unsatisfiable: readonly { readonly input: unknown }[];
};

export type Built = {
  readonly circuit: Pick<Circuit, "id" | "curve">;
  readonly wasm: Uint8Array;
  readonly zkey: Uint8Array;
  readonly vkey: snarkjs.VerificationKey;
};

export const readVectors = async (id: string): Promise<Vectors> => {
  const path = createRequire(import.meta.url).resolve(`./${id}/vectors.json`);
  return JSON.parse(await readFile(path, "utf8")) as Vectors;
};

/** Throws at the first vector that does not hold. Returns a witness, for measuring. */
export const checkVectors = async (built: Built, vectors: Vectors): Promise<Witness> => {
  const calculator = createWitnessCalculator(new WebAssembly.Module(Uint8Array.from(built.wasm)));
  const witnessOf = (input: unknown): Witness => {
    const bytes = new TextEncoder().encode(JSON.stringify(input));
    const checked = checkInput(built.circuit, bytes);
    if (!checked.ok) throw failure(built, input, `${checked.field}: ${checked.problem}`);
    return calculator.calculate(checked.complete(refuseToDraw).signals);
  };
  const witnesses: Witness[] = [];
  for (const { input, publicSignals } of vectors.good) {
    const witness = witnessOf(input);
    await requireProof(built, witness, publicSignals);
    witnesses.push(witness);
  }
  for (const { input, field } of vectors.malformed) requireMalformed(built, input, field);
  for (const { input } of vectors.unsatisfiable) {
    requireUnsatisfied(built, input, () => witnessOf(input));
  }
  const [first] = witnesses;
  if (first === undefined) throw failure(built, vectors, "there is no good vector");
  return first;
};

const requireProof = async (
  built: Built,
  witness: Witness,
  expected: readonly string[],
): Promise<void> => {
  const { proof, publicSignals } = await snarkjs.groth16.prove(built.zkey, witness.wtns);
  if (publicSignals.join() !== expected.join()) {
    throw failure(built, expected, `the public signals are ${publicSignals.join()}`);
  }
  if (!(await snarkjs.groth16.verify(built.vkey, publicSignals, proof))) {
    throw failure(built, expected, "the proof does not verify");
  }
};

const requireMalformed = (built: Built, input: unknown, field: string): void => {
  const checked = checkInput(built.circuit, new TextEncoder().encode(JSON.stringify(input)));
  if (checked.ok) throw failure(built, input, "taken, though malformed");
  if (checked.field !== field) throw failure(built, input, `refused for ${checked.field}`);
};

const requireUnsatisfied = (built: Built, input: unknown, run: () => void): void => {
  try {
    run();
  } catch (reason) {
    if (reason instanceof NodeFailure && reason.code === "unsatisfied_constraints") return;
    throw reason;
  }
  throw failure(built, input, "satisfied, though it must not be");
};

const refuseToDraw = (): never => {
  throw new Error("a vector must fix everything: give the salt");
};

const failure = ({ circuit }: Built, what: unknown, problem: string): Error =>
  new Error(`${circuit.id}, ${JSON.stringify(what)}: ${problem}`);
