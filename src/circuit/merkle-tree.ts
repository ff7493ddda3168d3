/** The Poseidon tree of `merkle_proof`: depth 20, filled from the left, empty leaves 0. */
import { poseidon2 } from "poseidon-lite/poseidon2";

export const MERKLE_DEPTH = 20;

export type MerklePath = {
  readonly leaf: bigint;
  /** From the leaf's neighbour up. */
  readonly siblings: readonly bigint[];
  readonly root: bigint;
};

/** The path of one leaf. Costs a hash per leaf and one per level: subtrees without leaves are known beforehand. */
export const merklePath = (leaves: readonly bigint[], index: number): MerklePath => {
  const siblings: bigint[] = [];
  let level = leaves;
  let position = index;
  for (const empty of emptySubtrees()) {
    siblings.push(level[position ^ 1] ?? empty);
    level = parents(level, empty);
    position >>= 1;
  }
  return { leaf: leaves[index] ?? 0n, siblings, root: level[0] ?? 0n };
};

const parents = (level: readonly bigint[], empty: bigint): readonly bigint[] =>
  Array.from({ length: Math.ceil(level.length / 2) }, (_, at) =>
    poseidon2([level[2 * at] ?? empty, level[2 * at + 1] ?? empty]),
  );

let empties: readonly bigint[] | undefined;

/** Roots of the subtrees of height 0..19 that hold nothing; computed once, in a few milliseconds. */
const emptySubtrees = (): readonly bigint[] => {
  empties ??= Array.from({ length: MERKLE_DEPTH - 1 }).reduce<bigint[]>(
    (roots) => {
      const last = roots[roots.length - 1] ?? 0n;
      return [...roots, poseidon2([last, last])];
    },
    [0n],
  );
  return empties;
};
