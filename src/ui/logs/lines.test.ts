import { describe, expect, it } from "vitest";
import { atLeast, levels, readLines, timeOf } from "./lines.ts";

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

describe("readLines", () => {
  it("reads the four keys, and keeps the others together", () => {
    const [read] = readLines(ndjson({ ...line, attempt: 2, max_retries: 5 }));
    expect(read).toEqual({
      level: "info",
      timestamp: line.timestamp,
      caller: "link.ts:12",
      message: "hello",
      fields: '"attempt":2,"max_retries":5',
    });
  });

  it("puts the newest first", () => {
    const read = readLines(ndjson({ ...line, msg: "first" }, { ...line, msg: "second" }));
    expect(read.map(({ message }) => message)).toEqual(["second", "first"]);
  });

  it("shows a broken line as it is", () => {
    expect(readLines(ndjson('{"level":"inf'))[0]?.message).toBe('{"level":"inf');
    expect(readLines(ndjson("null"))[0]?.message).toBe("null");
  });

  it("an empty log has no lines", () => {
    expect(readLines(new Uint8Array())).toEqual([]);
  });
});

it.each(levels.map((level, index) => [level, levels.length - index] as const))(
  "atLeast %s keeps %i of four",
  (level, kept) => {
    const lines = readLines(ndjson(...levels.map((each) => ({ ...line, level: each }))));
    expect(atLeast(lines, level)).toHaveLength(kept);
  },
);

it("timeOf formats a timestamp and leaves anything else", () => {
  expect(timeOf("1970-01-01T00:00:01.000Z", String)).toBe("1000");
  expect(timeOf("yesterday", String)).toBe("yesterday");
});
