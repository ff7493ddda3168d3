/**
 * snarkjs: as its users call it, from the circuit's bytes. snarkjs-compiled: the same, but given the compiled module, which
 * is all that can be spared it. own: with the compiled module, as a prover of a node has it.
 */
export const witnessCalculators = ["snarkjs", "snarkjs-compiled", "own"] as const;
export type WitnessCalculatorId = (typeof witnessCalculators)[number];
