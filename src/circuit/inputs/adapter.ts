import type { Curve } from "../../domain/circuit.ts";
import type { InputProblem } from "../malformed-input.ts";
import type { JsonObject } from "./json.ts";

/** A circuit's input signals by name, arrays flattened row by row, each value in [0, r). */
export type Signals = ReadonlyMap<string, readonly bigint[]>;

/** A random source: that many bytes, unpredictable. */
export type RandomBytes = (length: number) => Uint8Array;

/** What the witness calculator takes. */
export type CircuitInput = {
  readonly signals: Signals;
  /** The root that the proof will show, for circuits that have one. */
  readonly merkleRoot?: bigint;
};

/** The second half of reading an input: draws what must be drawn and computes what must be computed. */
export type Complete = (random: RandomBytes) => CircuitInput;

/** One circuit's own form of input. Throws MalformedInput at once; the costly part is left to `Complete`. */
export type Adapter = (input: JsonObject, curve: Curve) => Complete;

export type CheckedInput =
  | {
      readonly ok: true;
      readonly complete: Complete;
      /** Only for a circuit without an adapter: its signals, to be checked against those that it declares. */
      readonly byName?: Signals;
    }
  | ({ readonly ok: false } & InputProblem);
