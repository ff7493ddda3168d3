import { scalarPrime } from "../../domain/circuit.ts";
import type { Adapter } from "./adapter.ts";
import { readElement, refuseOtherKeys } from "./element.ts";

/**
 * `addition`: {"a":"2","b":"3"}. Any field element has the form; that both are below 2^64 is for the circuit to say.
 */
export const addition: Adapter = (input, curve) => {
  refuseOtherKeys(input, ["a", "b"]);
  const read = (field: string) =>
    readElement(input.get(field), {
      field,
      below: scalarPrime[curve],
      bound: "the field's prime r",
    });
  const signals = new Map([
    ["a", [read("a")]],
    ["b", [read("b")]],
  ]);
  return () => ({ signals });
};
