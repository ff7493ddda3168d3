import { basePrime, type Circuit } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import type { KeyFigures } from "../domain/prepared-key.ts";

type KeyCounts = Pick<KeyFigures, "curve" | "wires" | "publicSignals" | "domainSize">;

/**
 * Checks that a key, a zkey or a prepared one, is the circuit's, which costs nothing beside a proof that fails for it.
 *
 * @throws NodeFailure "artifact" naming what does not fit.
 */
export const requireFittingKey = (key: KeyCounts, circuit: Circuit, witnessSize: number): void => {
  requireSame("curve's base field", basePrime[key.curve], basePrime[circuit.curve]);
  requireSame("number of wires", key.wires, witnessSize);
  requireSame("number of public signals", key.publicSignals, circuit.publicSignals.length);
  requireSame("domain size", key.domainSize, circuit.domainSize);
};

const requireSame = (what: string, got: number | bigint, wanted: number | bigint): void => {
  if (got === wanted) return;
  const message = `the zkey does not fit the circuit: its ${what} is ${got}, the circuit's is ${wanted}`;
  throw new NodeFailure("artifact", message);
};
