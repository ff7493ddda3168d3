import { describe, expect, it } from "vitest";
import { openLog } from "./log.ts";

const logInto = (lines: string[], level: "debug" | "info" = "info") =>
  openLog(level, { write: (line: string) => void lines.push(line) });

describe("log", () => {
  it("writes the seed's keys: level, ISO 8601 timestamp, caller, msg", () => {
    const lines: string[] = [];
    logInto(lines).info("Starting", { version: "1.0.0" });
    const line = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    expect(line).toMatchObject({ level: "info", msg: "Starting", version: "1.0.0" });
    expect(line.caller).toMatch(/^log\.test\.ts:\d+$/u);
    expect(new Date(String(line.timestamp)).toISOString()).toBe(line.timestamp);
  });

  it("keeps quiet below its level", () => {
    const lines: string[] = [];
    logInto(lines).debug("noise");
    expect(lines).toHaveLength(0);
  });

  it("writes errors with their text and cause", () => {
    const lines: string[] = [];
    logInto(lines).error("failed", { error: new TypeError("x", { cause: new RangeError("y") }) });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      error: { name: "TypeError", message: "x", cause: { message: "y" } },
    });
  });
});
