import { expect, it } from "vitest";
import { isReachable } from "./reach.ts";

it.each<[string, () => Promise<Response>, boolean]>([
  ["an answer", () => Promise.resolve(new Response("ok")), true],
  ["an error of a proxy", () => Promise.resolve(new Response("", { status: 502 })), false],
  ["no network", () => Promise.reject(new TypeError("Failed to fetch")), false],
])("isReachable: %s", async (_what, answer, reachable) => {
  expect(await isReachable(answer)).toBe(reachable);
});
