import { scalarPrime } from "../../domain/circuit.ts";
import type { Curve } from "../../domain/circuit.ts";
import { MalformedInput } from "../malformed-input.ts";
import { merklePath, MERKLE_DEPTH } from "../merkle-tree.ts";
import type { Adapter } from "./adapter.ts";
import { readHexElement, refuseOtherKeys } from "./element.ts";
import type { Json } from "./json.ts";

const MAX_LEAVES = 2 ** MERKLE_DEPTH;

/**
 * `merkle_proof`: {"leaves":["0x2a",…],"leaf_index":1}. Completing it builds the Poseidon tree: a hash per leaf.
 */
export const merkleProof: Adapter = (input, curve) => {
  refuseOtherKeys(input, ["leaves", "leaf_index"]);
  const leaves = readLeaves(input.get("leaves"), curve);
  const index = readIndex(input.get("leaf_index"), leaves.length);
  return () => {
    const { leaf, siblings, root } = merklePath(leaves, index);
    const signals = new Map([
      ["leaf", [leaf]],
      ["index", [BigInt(index)]],
      ["siblings", siblings],
    ]);
    return { signals, merkleRoot: root };
  };
};

const readLeaves = (value: Json | undefined, curve: Curve): readonly bigint[] => {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LEAVES) {
    const got = Array.isArray(value) ? `${value.length} leaves` : "no array";
    throw new MalformedInput({
      field: "leaves",
      problem: `expected an array of 1 to ${MAX_LEAVES} leaves, got ${got}`,
      remedy: 'write the leaves as hex strings, e.g. ["0x01","0x02"]',
    });
  }
  const rule = { below: scalarPrime[curve], bound: "the field's prime r (31 bytes always are)" };
  return value.map((leaf: Json, index) =>
    readHexElement(leaf, { ...rule, field: `leaves[${index}]` }),
  );
};

const readIndex = (value: Json | undefined, leaves: number): number => {
  if (typeof value === "number" && value >= 0 && value < leaves) return value;
  const got = typeof value === "number" ? String(value) : "no integer";
  throw new MalformedInput({
    field: "leaf_index",
    problem: `expected an integer from 0 to ${leaves - 1}, got ${got}`,
    remedy: "name one of the leaves, counted from 0",
  });
};
