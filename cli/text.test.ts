import { describe, expect, it } from "vitest";
import { bytesText, countText, durationText, tableText } from "./text.ts";

describe("figures", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [2_246_812, "2.2 MB"],
    [9_000_000_000_000, "9000.0 GB"],
  ])("%d bytes read %s", (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  it.each([
    [840, "840 ms"],
    [2_400, "2.4 s"],
    [180_000, "3 min"],
    [5_400_000, "1.5 h"],
  ])("%d ms read %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it("counts one and many", () => {
    expect([countText(1, "task"), countText(0, "task"), countText(2, "task")]).toEqual([
      "1 task",
      "0 tasks",
      "2 tasks",
    ]);
  });

  it("sets numbers to the right, text to the left, nothing after the last", () => {
    expect(
      tableText([
        ["name", "tasks", "x"],
        ["merkle_proof", 7, "y"],
      ]),
    ).toBe("name          tasks  x\nmerkle_proof      7  y");
  });
});
