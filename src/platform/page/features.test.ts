import { describe, expect, it } from "vitest";
import { checkFeatures, type Globals } from "./features.ts";

const whole: Globals = {
  isSecureContext: true,
  crossOriginIsolated: true,
  WebAssembly: {},
  Worker: {},
  indexedDB: {},
  SharedArrayBuffer: {},
  navigator: {
    storage: { getDirectory: () => undefined },
    locks: {},
    serviceWorker: {},
    sendBeacon: () => true,
  },
};

const missing = (globals: Globals): readonly string[] =>
  checkFeatures(globals).flatMap(({ id, present }) => (present ? [] : [id]));

describe("checkFeatures", () => {
  it("misses nothing in a current browser over https", () => {
    expect(missing(whole)).toEqual([]);
  });

  it("names what plain http on another host lacks", () => {
    const insecure = {
      ...whole,
      isSecureContext: false,
      crossOriginIsolated: false,
      SharedArrayBuffer: undefined,
      navigator: { sendBeacon: () => true },
    };
    expect(missing(insecure)).toEqual([
      "secure-context",
      "private-files",
      "web-locks",
      "service-worker",
      "shared-memory",
    ]);
  });

  it("memory is shared only in an isolated page", () => {
    expect(missing({ ...whole, crossOriginIsolated: false })).toEqual(["shared-memory"]);
  });

  it("null is missing", () => {
    expect(missing({ ...whole, indexedDB: null })).toEqual(["database"]);
  });
});
