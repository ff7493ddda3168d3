import { curves } from "snarkjs";
import type { Curve } from "../../src/domain/circuit.ts";

const installed = new Map<Curve, Promise<void>>();

/**
 * Makes snarkjs compute in this thread only: its verifier and its key export take the curve of a global and start threads
 * of their own, which never end, when there is none. Builds each curve once per thread (some 150 ms).
 */
export const installSingleThreadCurve = (curve: Curve): Promise<void> => {
  const present = installed.get(curve);
  if (present !== undefined) return present;
  const installing = curves.getCurveFromName(curve, { singleThread: true }).then((built) => {
    Object.assign(globalThis, { [`curve_${curve}`]: built });
  });
  installed.set(curve, installing);
  return installing;
};
