/** How much memory a proof takes above its key: measured by the code that takes it. */
import type { KernelLayout } from "../../kernels/layout.ts";
import type { KeyFigures } from "../domain/prepared-key.ts";
import { measure, type Room } from "./memory.ts";
import { msmScratchBytes } from "./msm.ts";
import { blindingSlots } from "./plan-key.ts";
import { placeQuotientJob } from "./quotient.ts";
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
    const { a, b1 = 0, b2, c, h } = figures.bases;
    const inTurn = (take: () => void): void => {
      const mark = room.mark();
      take();
      room.release(mark);
    };
    inTurn(() => placeQuotientJob(figures, layout, room));
    for (const count of [a, b1, c, h]) {
      inTurn(() => room.alloc(msmScratchBytes(layout, "g1", count)));
    }
    inTurn(() => room.alloc(msmScratchBytes(layout, "g2", b2)));
  });
