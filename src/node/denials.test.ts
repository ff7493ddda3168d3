import { describe, expect, it } from "vitest";
import type { FailureCode } from "../domain/failure.ts";
import { circuitId } from "../domain/ids.ts";
import { FakeClock } from "../testing/clock.ts";
import { Denials } from "./denials.ts";

const deny = (code: FailureCode) => {
  const circuit = circuitId("addition");
  if (circuit === undefined) throw new Error("addition is a circuit's id");
  const clock = new FakeClock();
  const ended = new AbortController();
  const over: string[] = [];
  const denials = new Denials({ clock, ended: ended.signal, over: (id) => over.push(id) });
  expect(denials.add(circuit, code)).toBe(true);
  expect(denials.add(circuit, code)).toBe(false);
  return { clock, denials, ended, over };
};

describe("a denied circuit", () => {
  it.each(["cancelled", "prover_lost"] as const)("is asked for again after %s", async (code) => {
    const { clock, denials, over } = deny(code);
    await clock.pass(59_000);
    expect(denials.list).toEqual(["addition"]);
    await clock.pass(2_000);
    expect(denials.list).toEqual([]);
    expect(over).toEqual(["addition"]);
  });

  it.each(["refused", "out_of_memory", "platform"] as const)(
    "stays denied after %s until a person says otherwise",
    async (code) => {
      const { clock, denials, over } = deny(code);
      await clock.pass(3_600_000);
      expect(denials.list).toEqual(["addition"]);
      expect(denials.clear()).toBe(true);
      expect(denials.clear()).toBe(false);
      expect(over).toEqual([]);
    },
  );

  it("is not asked for by a node that has ended", async () => {
    const { clock, ended, over } = deny("cancelled");
    ended.abort();
    await clock.pass(120_000);
    expect(over).toEqual([]);
  });
});
