/** How much memory a proof takes above its key: measured by the code that takes it. */
import type { KernelLayout } from "../../kernels/layout.ts";
import type { KeyFigures } from "../domain/prepared-key.ts";
import { align, measure, type Room } from "./memory.ts";
import { msmScratchBytes } from "./msm.ts";
import { blindingSlots } from "./plan-key.ts";
import { polynomials } from "./kernel.ts";
import { placePolynomialJob, placeQuotientJob } from "./quotient.ts";
import { SCALAR_BYTES } from "./zkey.ts";

/** Addresses of what lasts as long as one proof. */
export type ProofPlaces = {
  /** Wires, and the blinding's scalars behind them. */
  readonly scalars: number;
  /** The quotient's scalars. */
  readonly h: number;
};

export const placeProof = (
  { wires, domainSize }: Pick<KeyFigures, "wires" | "domainSize">,
  { frBytes }: { readonly frBytes: number },
  room: Room,
): ProofPlaces => ({
  scalars: room.alloc((wires + blindingSlots.length) * SCALAR_BYTES),
  h: room.alloc(domainSize * frBytes),
});

/** Bytes that one proof takes at most, whatever its witness. */
export const scratchBytes = (figures: KeyFigures, layout: KernelLayout): number =>
  measure((room) => {
    placeProof(figures, layout, room);
    placeInTurn(room, [
      () => placeQuotientJob(figures, layout, room),
      ...sumsOf(figures, layout, room),
    ]);
  });

/** The same of the leader of a team, who keeps the quotient's polynomials until all three are there. Helpers take less. */
export const teamScratchBytes = (figures: KeyFigures, layout: KernelLayout): number =>
  measure((room) => {
    placeProof(figures, layout, room);
    room.alloc(polynomials.length * align(figures.domainSize * layout.frBytes));
    placeInTurn(room, [
      () => placePolynomialJob(figures, layout, room),
      ...sumsOf(figures, layout, room),
    ]);
  });

const sumsOf = (
  { bases: { a, b1 = 0, b2, c, h } }: KeyFigures,
  layout: KernelLayout,
  room: Room,
): readonly (() => void)[] => [
  ...[a, b1, c, h].map((count) => () => {
    room.alloc(msmScratchBytes(layout, "g1", count));
  }),
  () => {
    room.alloc(msmScratchBytes(layout, "g2", b2));
  },
];

const placeInTurn = (room: Room, jobs: readonly (() => void)[]): void => {
  for (const place of jobs) {
    const mark = room.mark();
    place();
    room.release(mark);
  }
};
