import { describe, expect, it } from "vitest";
import { atLeast, levels, readLine, splitLines, timeOf } from "./lines.ts";

const ndjson = (...lines: readonly (object | string)[]): Uint8Array =>
  new TextEncoder().encode(
    lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""),
  );

const line = {
  level: "info",
  timestamp: "2026-01-02T03:04:05.678Z",
  caller: "link.ts:12",
  msg: "hello",
};

describe("readLine", () => {
  it("reads the four keys, and keeps the others together", () => {
    expect(readLine(JSON.stringify({ ...line, attempt: 2, max_retries: 5 }))).toEqual({
      level: "info",
      timestamp: line.timestamp,
      caller: "link.ts:12",
      message: "hello",
      fields: '"attempt":2,"max_retries":5',
    });
  });

  it.each(['{"level":"inf', "null"])("shows the broken line %s as it is", (broken) => {
    expect(readLine(broken).message).toBe(broken);
  });
});

describe("splitLines", () => {
  it("puts the newest first", () => {
    const split = splitLines(ndjson({ ...line, msg: "first" }, { ...line, msg: "second" }));
    expect(split.map((each) => readLine(each).message)).toEqual(["second", "first"]);
  });

  it("an empty log has no lines", () => {
    expect(splitLines(new Uint8Array())).toEqual([]);
  });
});

describe("atLeast", () => {
  it.each(levels.map((level, index) => [level, levels.length - index] as const))(
    "%s keeps %i of four",
    (level, kept) => {
      const lines = splitLines(ndjson(...levels.map((each) => ({ ...line, level: each }))));
      expect(atLeast(lines, level)).toHaveLength(kept);
    },
  );

  it("goes by the line's own level, not by what a message quotes", () => {
    const lines = splitLines(ndjson({ ...line, msg: '"level":"error"' }));
    expect(atLeast(lines, "error")).toEqual([]);
  });

  it("counts a broken line as info", () => {
    expect(atLeast(["cut in ha"], "info")).toHaveLength(1);
    expect(atLeast(["cut in ha"], "warn")).toEqual([]);
  });
});

it("timeOf formats a timestamp and leaves anything else", () => {
  expect(timeOf("1970-01-01T00:00:01.000Z", String)).toBe("1000");
  expect(timeOf("yesterday", String)).toBe("yesterday");
});
