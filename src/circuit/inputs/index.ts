/**
 * What a circuit takes as input. One adapter per circuit that has a form of its own, one row in this table; every other
 * circuit takes its signals by name.
 */
import type { Circuit } from "../../domain/circuit.ts";
import { MAX_INPUT_BYTES } from "../../domain/limits.ts";
import { MalformedInput } from "../malformed-input.ts";
import type { Adapter, CheckedInput } from "./adapter.ts";
import { addition } from "./addition.ts";
import { signalsByName } from "./generic.ts";
import { readJsonObject } from "./json.ts";
import { merkleProof } from "./merkle-proof.ts";
import { rangeProof } from "./range-proof.ts";

const adapters: ReadonlyMap<string, Adapter> = new Map([
  ["addition", addition],
  ["addition_bls12381", addition],
  ["merkle_proof", merkleProof],
  ["range_proof", rangeProof],
]);

/**
 * Checks the form of an input (JSON in UTF-8, at most MAX_INPUT_BYTES) quickly: draws nothing, hashes nothing. What is
 * left to do stands in `complete`. Never throws for anything that an owner can send.
 */
export const checkInput = (
  circuit: Pick<Circuit, "id" | "curve">,
  input: Uint8Array,
): CheckedInput => {
  try {
    return readInput(circuit, input);
  } catch (reason) {
    if (reason instanceof MalformedInput) return { ok: false, ...reason.detail };
    throw reason;
  }
};

const readInput = (circuit: Pick<Circuit, "id" | "curve">, input: Uint8Array): CheckedInput => {
  if (input.length > MAX_INPUT_BYTES) {
    const problem = `the input has ${input.length} bytes`;
    const remedy = `send at most ${MAX_INPUT_BYTES} bytes`;
    throw new MalformedInput({ field: "", problem, remedy });
  }
  const object = readJsonObject(input);
  const adapter = adapters.get(circuit.id);
  if (adapter !== undefined) return { ok: true, complete: adapter(object, circuit.curve) };
  const byName = signalsByName(object, circuit.curve);
  return { ok: true, byName, complete: () => ({ signals: byName }) };
};
