import { expect, it } from "vitest";
import { stampCallers } from "./stamp-callers.ts";

const stamped = (code: string): string => stampCallers(code, "/anywhere/src/node/link/link.ts");

it.each([
  ['log.info("x");', 'log.at("link.ts:1").info("x");'],
  ['this.#needs.log.warn("x", { a: 1 });', 'this.#needs.log.at("link.ts:1").warn("x", { a: 1 });'],
  ['\n\n  log.error("x");', '\n\n  log.at("link.ts:3").error("x");'],
  ["log.info(a);\nlog.debug(b);", 'log.at("link.ts:1").info(a);\nlog.at("link.ts:2").debug(b);'],
])("%j carries its place", (code, wanted) => {
  expect(stamped(code)).toBe(wanted);
});

it.each([
  "catalog.info(1)",
  "log.at(place)",
  "backlog.error(1)",
  "logger.info(1)",
  "log.level = 1",
])("%j is left as it is", (code) => {
  expect(stamped(code)).toBe(code);
});
