import { describe, expect, it } from "vitest";
import { urlOptions } from "./url-options.ts";

describe("urlOptions", () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ["/", {}],
    ["/?concurrency=2", { concurrency: "2" }],
    ["/?version", { version: "" }],
    ["/?concurrency=2&heartbeat_interval=5s", { concurrency: "2", heartbeat_interval: "5s" }],
    ["/#concurrency=3", { concurrency: "3" }],
    ["/#/settings", {}],
    ["/#/settings?concurrency=3", { concurrency: "3" }],
    ["/?concurrency=2#concurrency=3", { concurrency: "3" }],
    ["/?concurrency=2#/logs?log_level=debug", { concurrency: "2", log_level: "debug" }],
    ["/?id=kiosk%201", { id: "kiosk 1" }],
    ["/?id=a&id=b", { id: "b" }],
  ])("%s", (address, options) => {
    expect(urlOptions(new URL(address, "https://example.org"))).toEqual(options);
  });
});
