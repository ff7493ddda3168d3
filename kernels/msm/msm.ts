/** All that a module exports for multi-scalar multiplication; src/groth16/msm.ts drives it. */
import type { ModuleBuilder } from "../asm/index.ts";
import { emitBatchAdd } from "../curve/batch-add.ts";
import { endomorphisms } from "../curve/endomorphism.ts";
import { curveGroups, type CurveGroup } from "../curve/group.ts";
import { curveParameters, type CurveName } from "../curves.ts";
import type { Field } from "../field/field.ts";
import { decompositionOf } from "./decomposition.ts";
import { emitGrid } from "./grid.ts";
import { emitG1Images, emitG2Images } from "./images.ts";
import { emitPoints } from "./points.ts";
import { emitScalars } from "./scalars.ts";
import { emitSum } from "./segments.ts";
import { emitSort } from "./sort.ts";
import { emitSplit } from "./split.ts";

/** Fq on a kernel. */
export type MsmParts = { readonly fq: Field; readonly curve: CurveName };

/** G1 and G2 of one curve. */
export const emitMsm = (module: ModuleBuilder, { fq, curve }: MsmParts): void => {
  const order = curveParameters[curve].r;
  emitScalars(module, order);
  emitSort(module);
  emitGrid(module);
  const { g1, g2 } = curveGroups(module, fq);
  const maps = endomorphisms[curve];
  emitGroup(module, g1);
  emitSplit(module, g1, decompositionOf(maps.g1, order));
  emitG1Images(module, g1, maps.g1);
  emitGroup(module, g2);
  emitSplit(module, g2, decompositionOf(maps.g2, order));
  emitG2Images(module, g2, maps.g2);
};

const emitGroup = (module: ModuleBuilder, group: CurveGroup): void => {
  emitSum(module, group, emitBatchAdd(module, group));
  emitPoints(module, group);
};
