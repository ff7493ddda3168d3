/** What a thread that computes public signals is asked and answers: types only. */
import type { InputJob } from "./check-input.ts";
import type { WitnessFault } from "./witness-fault.ts";

export type SignalsJob = InputJob & {
  /** How many the circuit has: wires 1 to that. */
  readonly publicSignals: number;
};

export type TrueSignals =
  | {
      readonly outcome: "known";
      /** Decimal; undefined where the value depends on what each node draws for itself. */
      readonly signals: readonly (string | undefined)[];
    }
  | WitnessFault;
