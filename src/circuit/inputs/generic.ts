import { scalarPrime } from "../../domain/circuit.ts";
import type { Curve } from "../../domain/circuit.ts";
import { MAX_INPUT_SIGNALS } from "../../domain/limits.ts";
import { MalformedInput } from "../malformed-input.ts";
import type { Signals } from "./adapter.ts";
import { readElement } from "./element.ts";
import { formatPath } from "./json.ts";
import type { Json, JsonArray, JsonObject } from "./json.ts";

/**
 * The input of a circuit that has no form of its own: its signals by name, arrays nested as declared. Which names and
 * sizes it declares only its WASM knows: see WitnessCalculator.check.
 *
 * @throws MalformedInput naming the signal.
 */
export const signalsByName = (input: JsonObject, curve: Curve): Signals => {
  const signals = new Map<string, readonly bigint[]>();
  let total = 0;
  for (const [name, value] of input) {
    requireSignalName(name);
    const values = flatten(name, value, curve);
    total += values.length;
    if (total > MAX_INPUT_SIGNALS) {
      const problem = `the input has more than ${MAX_INPUT_SIGNALS} values`;
      throw new MalformedInput({ field: name, problem, remedy: "use a smaller circuit" });
    }
    signals.set(name, values);
  }
  return signals;
};

/** circom's identifiers; a dot joins a bus and its field. */
const requireSignalName = (name: string): void => {
  if (/^[A-Za-z_$][A-Za-z0-9_$.[\]]{0,127}$/.test(name)) return;
  throw new MalformedInput({
    field: name.slice(0, 128),
    problem: "no circom signal has this name",
    remedy: "use letters, digits, _ and $, at most 128",
  });
};

const flatten = (name: string, value: Json, curve: Curve): readonly bigint[] => {
  const rule = { below: scalarPrime[curve], bound: "the field's prime r" };
  const out: bigint[] = [];
  const path: (string | number)[] = [name];
  const shape = shapeOf(value);
  const visit = (item: Json, depth: number): void => {
    if (!Array.isArray(item)) {
      if (depth < shape.length) throw ragged(path, "a single value", shape);
      out.push(readElement(item, { ...rule, field: formatPath(path) }));
      return;
    }
    const items: JsonArray = item;
    if (items.length !== shape[depth]) throw ragged(path, `${items.length} items`, shape);
    items.forEach((inner, index) => {
      path.push(index);
      visit(inner, depth + 1);
      path.pop();
    });
  };
  visit(value, 0);
  return out;
};

/** Sizes along the first items; every other item must have the same. */
const shapeOf = (value: Json): readonly number[] =>
  Array.isArray(value) ? [value.length, ...shapeOf((value as JsonArray)[0] ?? 0)] : [];

const ragged = (
  path: readonly (string | number)[],
  got: string,
  shape: readonly number[],
): MalformedInput =>
  new MalformedInput({
    field: formatPath(path),
    problem: `the array is not rectangular: ${got} where the first item sets the shape [${shape.join("][")}]`,
    remedy: "give every item of an array the same shape",
  });
