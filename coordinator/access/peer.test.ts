import { describe, expect, it } from "vitest";
import { allowsLegacy, isLocal, peerOf } from "./peer.ts";

const from = (remoteAddress: string | undefined, headers: Record<string, string> = {}) =>
  peerOf({ headers, socket: { remoteAddress } });

describe("isLocal", () => {
  it.each([
    ["127.0.0.1", true],
    ["127.8.8.8", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["10.0.0.1", false],
    ["::ffff:10.0.0.1", false],
    ["fe80::1", false],
    ["", false],
  ])("%s: %s", (address, local) => {
    expect(isLocal(from(address))).toBe(local);
  });

  it.each(["x-forwarded-for", "forwarded", "via", "x-real-ip"])(
    "is never true behind a proxy (%s)",
    (header) => {
      expect(isLocal(from("127.0.0.1", { [header]: "203.0.113.7" }))).toBe(false);
    },
  );

  it("is false for a socket that has gone", () => {
    expect(isLocal(from(undefined))).toBe(false);
  });
});

describe("allowsLegacy", () => {
  it.each([
    ["loopback", "127.0.0.1", true],
    ["loopback", "203.0.113.7", false],
    ["always", "203.0.113.7", true],
    ["never", "127.0.0.1", false],
  ] as const)("%s from %s: %s", (rule, address, allowed) => {
    expect(allowsLegacy(rule, from(address))).toBe(allowed);
  });
});
