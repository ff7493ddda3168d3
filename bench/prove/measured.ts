/** Everything that one run measured. */
import type { Curve } from "../../src/domain/circuit.ts";
import { geometricMean } from "../statistics.ts";
import type { ColdResult } from "./cold.ts";
import { baseline } from "./competitors.ts";
import type { KeyResult } from "./key-race.ts";
import type { PrimitiveResult } from "./primitive-race.ts";
import type { RaceResult } from "./race.ts";
import type { TogetherResult } from "./together.ts";
import type { WitnessResult } from "./witness-race.ts";

export type CircuitResult = {
  readonly circuit: string;
  readonly curve: Curve;
  readonly domainSize: number;
  /** Empty where warm proofs were not asked for; the same of the other parts. */
  readonly warm: readonly RaceResult[];
  readonly cold: readonly ColdResult[];
  readonly together: readonly TogetherResult[];
  readonly keys: readonly KeyResult[];
  readonly witness: WitnessResult | undefined;
};

export type Measured = {
  readonly machine: string;
  /** The machine's load average when the run began: above a few tenths something else ran as well. */
  readonly load: number;
  /** Its version. */
  readonly chromium: string;
  /** What V8 was given, if anything. */
  readonly jsFlags: string | undefined;
  readonly rounds: number;
  readonly circuits: readonly CircuitResult[];
  readonly primitives: readonly PrimitiveResult[];
};

/** Per competitor, over the circuits: how many times as fast as snarkjs in one thread. Without those that never ran. */
export const geometricMeans = (
  circuits: readonly Pick<CircuitResult, "warm">[],
): Readonly<Record<string, number>> => {
  const ratios = new Map<string, number[]>();
  for (const { warm } of circuits) {
    for (const { competitor, ratio } of warm)
      ratios.set(competitor, [...(ratios.get(competitor) ?? []), ratio]);
  }
  return Object.fromEntries([...ratios].map(([id, values]) => [id, geometricMean(values)]));
};

/** A cold start's memory as a share of what snarkjs takes. Undefined where either is not known. */
export const memoryShare = (
  { riseBytes }: ColdResult,
  { cold }: Pick<CircuitResult, "cold">,
): number | undefined => {
  const reference = cold.find(({ competitor }) => competitor === baseline)?.riseBytes;
  return riseBytes === undefined || reference === undefined ? undefined : riseBytes / reference;
};
