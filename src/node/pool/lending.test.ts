import { expect, it } from "vitest";
import { chooseLoans, type LaneView } from "./lending.ts";

const free: LaneView = { name: "free" };
const apart: LaneView = { name: "apart" };
const leads = (room = 7): LaneView => ({ name: "leads", room });
const helps = (leader: number): LaneView => ({ name: "helps", leader });

it.each<[string, readonly LaneView[], readonly (readonly [helper: number, leader: number])[]]>([
  ["nobody is there", [], []],
  ["nobody leads", [free, free, apart], []],
  ["nobody is free", [leads(), apart, leads()], []],
  ["one helps one", [leads(), free], [[1, 0]]],
  ["the order of lanes does not matter", [free, leads()], [[0, 1]]],
  [
    "all help one",
    [free, leads(), free, free],
    [
      [0, 1],
      [2, 1],
      [3, 1],
    ],
  ],
  ["not more than there is room for", [leads(1), free, free], [[1, 0]]],
  ["those that are there count", [leads(1), helps(0), free], []],
  [
    "two proofs get one each",
    [leads(), leads(), free, free],
    [
      [2, 0],
      [3, 1],
    ],
  ],
  ["the proof with fewer helpers first", [leads(), leads(), helps(0), free], [[3, 1]]],
  [
    "then the other",
    [leads(), leads(), helps(0), free, free],
    [
      [3, 1],
      [4, 0],
    ],
  ],
  [
    "a full one is passed over",
    [leads(1), leads(), helps(0), free, free],
    [
      [3, 1],
      [4, 1],
    ],
  ],
  ["a helper is not moved", [leads(), helps(0), helps(0), leads()], []],
  ["who proves by itself has no helpers", [apart, free], []],
])("%s", (_what, lanes, expected) => {
  expect(chooseLoans(lanes).map(({ helper, leader }) => [helper, leader])).toEqual(expected);
});
