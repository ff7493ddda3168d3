import { poseidon2 } from "poseidon-lite/poseidon2";
import { describe, expect, it } from "vitest";
import { merklePath, MERKLE_DEPTH } from "./merkle-tree.ts";

/** The root as a verifier computes it from the path. */
const climb = (leaf: bigint, index: number, siblings: readonly bigint[]): bigint =>
  siblings.reduce(
    (node, sibling, level) =>
      ((index >> level) & 1) === 1 ? poseidon2([sibling, node]) : poseidon2([node, sibling]),
    leaf,
  );

/** The root of a small tree by the definition: every place of the level hashed, empty ones too. */
const fullRoot = (leaves: readonly bigint[]): bigint => {
  let level: bigint[] = [...leaves];
  let empty = 0n;
  for (let height = 0; height < MERKLE_DEPTH; height += 1) {
    if (level.length % 2 === 1) level.push(empty);
    level = Array.from({ length: level.length / 2 }, (_, at) =>
      poseidon2([level[2 * at] ?? empty, level[2 * at + 1] ?? empty]),
    );
    empty = poseidon2([empty, empty]);
  }
  return level[0] ?? empty;
};

describe("the Merkle tree", () => {
  const leaves = [11n, 22n, 33n, 44n, 55n, 66n, 77n];

  it.each([1, 2, 3, 4, 5, 7])("of %i leaves has one root from every leaf", (count) => {
    const some = leaves.slice(0, count);
    const root = fullRoot(some);
    some.forEach((leaf, index) => {
      const path = merklePath(some, index);
      expect(path.leaf).toBe(leaf);
      expect(path.root).toBe(root);
      expect(path.siblings).toHaveLength(MERKLE_DEPTH);
      expect(climb(leaf, index, path.siblings)).toBe(root);
    });
  });

  it("does not change when empty places are named", () => {
    expect(merklePath([1n, 2n, 3n, 0n, 0n], 1).root).toBe(merklePath([1n, 2n, 3n], 1).root);
  });

  it("changes with the order of the leaves", () => {
    expect(merklePath([2n, 1n], 0).root).not.toBe(merklePath([1n, 2n], 0).root);
  });
});
