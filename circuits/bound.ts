import * as snarkjs from "snarkjs";
import type { Witness } from "../src/circuit/witness.ts";

const ignore = (): void => undefined;
/** snarkjs speaks of every broken constraint, and fails itself where nobody listens. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Enough to meet every part of a circuit, few enough for seconds. */
const SAMPLED_WIRES = 64;

/**
 * Changes wires one at a time and sees the constraints break: a wire that nothing binds could be forged. Takes
 * evenly spread wires, the first public signal among them.
 */
export const requireBound = async (
  id: string,
  r1cs: Uint8Array,
  { wtns, wires }: Witness,
): Promise<void> => {
  if (!(await snarkjs.wtns.check(r1cs, wtns, silent)))
    throw new Error(`${id}: the witness breaks it`);
  const step = Math.max(1, Math.floor(wires.length / 32 / SAMPLED_WIRES));
  for (let wire = 1; wire < wires.length / 32; wire += step) {
    const forged = wtns.slice();
    const at = forged.length - wires.length + 32 * wire;
    forged[at] = (forged[at] ?? 0) ^ 1;
    if (await snarkjs.wtns.check(r1cs, forged, silent))
      throw new Error(`${id}: nothing binds wire ${wire}`);
  }
};
