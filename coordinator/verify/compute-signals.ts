/** The public signals that an input leads to, in a thread: the start of its witness, without a proof. */
import { randomBytes } from "node:crypto";
import { checkInput } from "../../src/circuit/inputs/index.ts";
import type { RandomBytes, Signals } from "../../src/circuit/inputs/adapter.ts";
import { NodeFailure } from "../../src/domain/failure.ts";
import type { WitnessCalculator } from "../../src/circuit/witness.ts";
import { createCalculatorCache } from "./calculator-cache.ts";
import type { SignalsJob, TrueSignals } from "./signals-job.ts";
import { malformedInput, witnessFault } from "./witness-fault.ts";

export type SignalsComputer = (job: SignalsJob) => Promise<TrueSignals>;

/** Circuits that it has compiled stay with it. */
export const createSignalsComputer = (): SignalsComputer => {
  const calculatorOf = createCalculatorCache();
  return async (job) => {
    const form = checkInput(job.circuit, job.input);
    if (!form.ok) return malformedInput(form);
    try {
      const calculator = await calculatorOf(job);
      let draws = 0;
      const counted: RandomBytes = (length) => {
        draws += 1;
        return randomBytes(length);
      };
      const compute = (): readonly string[] =>
        publicSignals(calculator, form.complete(counted).signals, job.publicSignals);
      const first = compute();
      if (draws === 0) return { outcome: "known", signals: first };
      // Drawn again: what changes is each node's own. That two draws meet has a chance of 2^-250.
      const second = compute();
      return {
        outcome: "known",
        signals: first.map((signal, at) => (signal === second[at] ? signal : undefined)),
      };
    } catch (reason) {
      return witnessFault(NodeFailure.from(reason));
    }
  };
};

/** Bytes of a wire, little-endian. */
const WIRE_BYTES = 32;

/** Wire 0 is the constant one; outputs and public inputs follow it. */
const publicSignals = (
  calculator: WitnessCalculator,
  signals: Signals,
  count: number,
): readonly string[] => {
  const { wires } = calculator.calculate(signals);
  if (wires.length < (count + 1) * WIRE_BYTES) {
    throw new NodeFailure("artifact", `the circuit's WASM has fewer than ${count} public wires`);
  }
  return Array.from({ length: count }, (_, index) => {
    const wire = wires.slice((index + 1) * WIRE_BYTES, (index + 2) * WIRE_BYTES).reverse();
    return BigInt(`0x${Buffer.from(wire).toString("hex")}`).toString();
  });
};
