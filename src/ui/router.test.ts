import { expect, it } from "vitest";
import { routeHref, routeOf } from "./router.ts";

it.each([
  ["", "/"],
  ["#", "/"],
  ["#/", "/"],
  ["#/settings", "/settings"],
  ["#/settings/", "/settings"],
  ["#/settings?concurrency=2", "/settings"],
  ["#/jobs/j_1", "/jobs/j_1"],
  ["#concurrency=2", "/"],
])("the fragment %j is the route %s", (fragment, route) => {
  expect(routeOf(fragment)).toBe(route);
});

it("a link leads to its route", () => {
  expect(routeOf(routeHref("/logs"))).toBe("/logs");
});
