/**
 * A proving key in the kernel's memory: bases without infinity, in the kernel's own form, each list with the scalars that
 * it goes with. Prepared once and used for every proof of its circuit.
 *
 * Behind the wires lie three more scalars, the blinding. alpha, beta and delta are bases like all others, with the
 * constant wire or a blinding scalar: so A, B and C's share of delta come out of the sums complete.
 */
import type { Curve } from "../domain/circuit.ts";
import type { KeyFigures } from "../domain/prepared-key.ts";
import { placeKey, type KeyPlaces } from "./key-layout.ts";
import type { Bases, Kernel, Quotient } from "./kernel.ts";
import type { CoreMemory } from "./memory.ts";
import { planKey, type KeyPlan } from "./plan-key.ts";
import { finish } from "./resumable.ts";
import { writeKey } from "./write-key.ts";
import type { BasesName, Zkey } from "./zkey.ts";

export type PreparedKey = {
  readonly curve: Curve;
  readonly wires: number;
  readonly publicSignals: number;
  readonly domainSize: number;
  /** Without B1, which only a proof with an r of its own needs. */
  readonly bases: Readonly<Record<Exclude<BasesName, "b1">, Bases>> & { readonly b1?: Bases };
  readonly quotient: Quotient;
};

export type PrepareTools = {
  readonly memory: CoreMemory;
  readonly kernel: Kernel;
};

/** A key that lies at `places` already. */
export const openKey = (figures: KeyFigures, places: KeyPlaces, kernel: Kernel): PreparedKey => {
  const { curve, wires, publicSignals, domainSize } = figures;
  const quotient = kernel.openQuotient(places.quotient);
  return { curve, wires, publicSignals, domainSize, bases: places.bases, quotient };
};

/**
 * Takes memory for the key and leaves it taken: mark it before, and release it to that mark when the key is not needed any
 * more. When it throws, nothing is taken.
 *
 * @throws NodeFailure "artifact" when the kernel cannot transform its domain, "out_of_memory".
 */
export const prepareKey = (
  zkey: Zkey,
  tools: PrepareTools,
  options: { readonly withB1: boolean } = { withB1: false },
): PreparedKey => prepareFromPlan(finish(planKey(zkey, tools.kernel.shape, options)), tools);

/** As `prepareKey`, of a key whose sizes are known. */
export const prepareFromPlan = (plan: KeyPlan, tools: PrepareTools): PreparedKey => {
  const { memory, kernel } = tools;
  const start = memory.mark();
  try {
    const places = placeKey(plan.figures, kernel.shape, memory);
    finish(writeKey(plan, places, tools));
    return openKey(plan.figures, places, kernel);
  } catch (reason) {
    memory.release(start);
    throw reason;
  }
};
