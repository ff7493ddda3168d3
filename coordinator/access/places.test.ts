import { describe, expect, it } from "vitest";
import { openPlaces } from "./places.ts";

describe("openPlaces", () => {
  it("has so many for each address, and those that are freed again", () => {
    const places = openPlaces(2);
    const first = places.take("203.0.113.7");
    expect(places.take("::ffff:203.0.113.7")).toBeDefined();
    expect(places.take("203.0.113.7")).toBeUndefined();
    expect(places.take("203.0.113.8")).toBeDefined();
    first?.();
    first?.();
    expect(places.take("203.0.113.7")).toBeDefined();
    expect(places.take("203.0.113.7")).toBeUndefined();
  });

  it("counts a network of IPv6 as one", () => {
    const places = openPlaces(1);
    expect(places.take("2001:db8::1")).toBeDefined();
    expect(places.take("2001:db8::2")).toBeUndefined();
  });

  it.each([
    [0, "203.0.113.7"],
    [1, "127.0.0.1"],
    [1, "::1"],
  ])("has no end with a limit of %i for %s", (limit, address) => {
    const places = openPlaces(limit);
    for (let times = 0; times < 10; times += 1) expect(places.take(address)).toBeDefined();
  });
});
