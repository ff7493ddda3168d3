/** All that a module exports for multi-scalar multiplication; src/groth16/msm.ts drives it. */
import type { ModuleBuilder } from "../asm/index.ts";
import { emitBatchAdd } from "../curve/batch-add.ts";
import { curveGroups, type CurveGroup } from "../curve/group.ts";
import type { Field } from "../field/field.ts";
import { emitGrid } from "./grid.ts";
import { emitPoints } from "./points.ts";
import { emitScalars } from "./scalars.ts";
import { emitSum } from "./segments.ts";
import { emitSort } from "./sort.ts";

/** Fq, and the order r of both groups. */
export type MsmParts = { readonly fq: Field; readonly order: bigint };

/** G1 and G2 of one curve. */
export const emitMsm = (module: ModuleBuilder, { fq, order }: MsmParts): void => {
  emitScalars(module, order);
  emitSort(module);
  emitGrid(module);
  const { g1, g2 } = curveGroups(module, fq);
  emitGroup(module, g1);
  emitGroup(module, g2);
};

const emitGroup = (module: ModuleBuilder, group: CurveGroup): void => {
  emitSum(module, group, emitBatchAdd(module, group));
  emitPoints(module, group);
};
