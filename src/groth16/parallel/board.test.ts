import { describe, expect, it } from "vitest";
import { createTeam } from "../../domain/team.ts";
import { Board, type Plan } from "./board.ts";

const plan: Plan = {
  units: [
    { kind: "polynomial", of: "product" },
    { kind: "sum", of: "b2", from: 7, count: 4_000_000_000 - 2 ** 31 },
    { kind: "sum", of: "h", from: 0, count: 12 },
  ],
  // Addresses reach up to 4 GiB.
  witness: 4_294_967_232,
  quotient: 64,
};
const one = { lane: 1, stay: 1 };
const other = { lane: 2, stay: 5 };

const published = (open = plan.units.length) => {
  const board = new Board(createTeam());
  board.publish(plan, open);
  return board;
};

describe("the board", () => {
  it("says nothing before the leader has begun, then what there is to do", () => {
    expect(new Board(createTeam()).read()).toBeUndefined();
    expect(published().read()).toEqual(plan);
  });

  it("gives each unit to one member, in their order, as far as they may be taken", () => {
    const board = published(2);
    const seen = new Board(board.team);
    expect([board.take("leader"), seen.take(one), seen.take(other)]).toEqual([0, 1, undefined]);
    board.open(3);
    expect([seen.take(other), board.take("leader")]).toEqual([2, undefined]);
    expect([0, 1, 2].map((index) => board.stateOf(index))).toEqual([
      { name: "leader's" },
      { name: "taken", by: one },
      { name: "taken", by: other },
    ]);
  });

  it("keeps results up to the largest coordinates", () => {
    const board = published();
    const most = 2n ** 384n - 1n;
    for (const numbers of [[], [4_294_967_295n], [most, 0n], [1n, most, 2n, most]]) {
      board.putResult(1, numbers);
      expect(new Board(board.team).result(1)).toEqual(numbers);
    }
    expect(board.result(0)).toEqual([]);
  });

  it("lets the leader take a unit away; what its holder does then changes nothing", () => {
    const board = published();
    board.take(one);
    const state = board.stateOf(0);
    expect([board.holds(0, one), board.seize(0, state), board.holds(0, one)]).toEqual([
      true,
      true,
      false,
    ]);
    board.finish(0, one);
    expect(board.stateOf(0)).toEqual({ name: "leader's" });
    expect([board.giveBack(0, one), board.seize(0, state)]).toEqual([false, false]);
  });

  it("does not take one stay of a lane for another", () => {
    const board = published();
    board.take(one);
    const later = { ...one, stay: 2 };
    board.finish(0, later);
    expect([board.holds(0, later), board.giveBack(0, later)]).toEqual([false, false]);
    board.finish(0, one);
    expect(board.stateOf(0)).toEqual({ name: "done", by: one });
  });

  it("takes units back, done or not", () => {
    const board = published();
    board.take(one);
    board.take(one);
    board.finish(0, one);
    expect([board.giveBack(0, one), board.giveBack(1, one), board.take(other)]).toEqual([
      true,
      true,
      0,
    ]);
  });

  it("refuses more units than it has room for", () => {
    const units = Array.from({ length: 201 }, (_, from) => ({
      ...({ kind: "sum", of: "h" } as const),
      ...{ from, count: 1 },
    }));
    expect(() => new Board(createTeam()).publish({ ...plan, units }, 0)).toThrow("at most 200");
  });
});
