/** The words of a new circuit: its id and the names of its public signals. */
import type { CircuitId } from "../../src/domain/ids.ts";
import { circuitId } from "../../src/domain/ids.ts";
import { CoordinatorFailure } from "../failure.ts";

export const requireId = (text: string): CircuitId => {
  const id = circuitId(text);
  if (id !== undefined) return id;
  throw new CoordinatorFailure({
    kind: "invalid",
    reason: "CIRCUIT_ID_FORM",
    field: "id",
    problem: `${JSON.stringify(text.slice(0, 80))} is no circuit id`,
    remedy: "use a lower-case letter, then up to 63 of a-z, 0-9 and _",
  });
};

/** As the manifest's readers accept them. */
const SIGNAL_NAME = /^[A-Za-z_$][A-Za-z0-9_$.[\]]{0,127}$/u;

/** The given names, or "out[0]"… when there are none. */
export const nameSignals = (names: readonly string[], publics: number): readonly string[] => {
  if (names.length === 0) return Array.from({ length: publics }, (_, index) => `out[${index}]`);
  if (names.length !== publics) {
    throw badNames(
      `${names.length} names were given for ${publics} public signals`,
      "name every public signal in the circuit's order (outputs first), or none",
    );
  }
  const wrong = names.find((name) => !SIGNAL_NAME.test(name));
  if (wrong !== undefined) {
    throw badNames(
      `${JSON.stringify(wrong.slice(0, 80))} is no signal name`,
      "use circom's names: letters, digits, _, $, dots and [n], at most 128",
    );
  }
  if (new Set(names).size !== names.length) {
    throw badNames("a name is given twice", "give every public signal a name of its own");
  }
  return names;
};

const badNames = (problem: string, remedy: string): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "invalid",
    reason: "PUBLIC_SIGNALS_FORM",
    field: "public_signals",
    problem,
    remedy,
  });
