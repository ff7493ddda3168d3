/** One who takes part: types only. */
import type { Snarkjs } from "../../src/prover/engine/snarkjs.ts";

/** What a race needs of an engine. */
export type Prover = Pick<Snarkjs, "prove" | "memoryBytes">;

export type Competitor<Opened> = {
  readonly id: string;
  readonly label: string;
  /** Undefined when this browser lacks what it needs, e.g. relaxed SIMD: it is then left out, and said to be. */
  readonly open: () => Promise<Opened | undefined>;
};
