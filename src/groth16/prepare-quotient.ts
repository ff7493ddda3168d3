import { placeQuotient } from "./key-layout.ts";
import type { Kernel, Quotient } from "./kernel.ts";
import type { CoreMemory } from "./memory.ts";
import { groupMatrices } from "./row-groups.ts";
import { finish } from "./resumable.ts";
import { writeMatrices } from "./write-key.ts";
import { SCALAR_BYTES, type Matrices } from "./zkey.ts";

export type QuotientTools = {
  readonly memory: CoreMemory;
  readonly kernel: Pick<Kernel, "shape" | "writeQuotient" | "openQuotient">;
};

/** Matrices by themselves, without a key around them, in memory that stays taken. */
export const prepareQuotient = (
  matrices: Matrices,
  { memory, kernel }: QuotientTools,
): Quotient => {
  const { lanes, frBytes } = kernel.shape;
  const grouped = finish(groupMatrices(matrices, { lanes, bytes: frBytes }));
  const { wires, domainSize } = matrices;
  const figures = {
    ...{ wires, domainSize },
    coefficients: grouped.coefficients.length / SCALAR_BYTES,
    rows: { a: grouped.a.cuts, b: grouped.b.cuts },
  };
  const places = placeQuotient(figures, kernel.shape, memory);
  writeMatrices(grouped, places, { memory, kernel });
  return kernel.openQuotient(places);
};
