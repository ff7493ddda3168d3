import { scalarPrime } from "../../domain/circuit.ts";
import type { Curve } from "../../domain/circuit.ts";
import { MalformedInput } from "../malformed-input.ts";
import type { Adapter, RandomBytes } from "./adapter.ts";
import { readElement, refuseOtherKeys } from "./element.ts";
import type { JsonObject } from "./json.ts";

/**
 * `range_proof`: {"value":"42","min":"0","max":"100","salt":"…"}. The salt hides the value in its commitment and is
 * drawn when absent. A value outside the range has the form; that it is outside is for the circuit to say.
 */
export const rangeProof: Adapter = (input, curve) => {
  refuseOtherKeys(input, ["value", "min", "max", "salt"]);
  const value = readWord(input, "value");
  const min = readWord(input, "min");
  const max = readWord(input, "max");
  if (min > max) {
    const problem = `the range is empty: min ${min.toString()} is above max ${max.toString()}`;
    throw new MalformedInput({ field: "min", problem, remedy: "give min <= max" });
  }
  const given = input.has("salt") ? readSalt(input, curve) : undefined;
  return (random) => ({
    signals: new Map([
      ["value", [value]],
      ["min", [min]],
      ["max", [max]],
      ["salt", [given ?? drawElement(random, curve)]],
    ]),
  });
};

const readWord = (input: JsonObject, field: string): bigint =>
  readElement(input.get(field), { field, below: 1n << 64n, bound: "2^64" });

const readSalt = (input: JsonObject, curve: Curve): bigint =>
  readElement(input.get("salt"), {
    field: "salt",
    below: scalarPrime[curve],
    bound: "the field's prime r",
  });

/** 48 bytes, so that the remainder modulo a 255-bit prime is within 2^-128 of uniform. */
const SALT_BYTES = 48;

const drawElement = (random: RandomBytes, curve: Curve): bigint => {
  const hex = Array.from(random(SALT_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return BigInt(`0x${hex}`) % scalarPrime[curve];
};
