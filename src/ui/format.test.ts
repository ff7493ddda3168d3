import "../testing/english.ts";
import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCountdown,
  formatDuration,
  formatElapsed,
  formatRate,
  formatShare,
} from "./format.ts";

describe("numbers as people read them", () => {
  it.each<[string, string]>([
    [formatDuration(0), "0.0 sec"],
    [formatDuration(2_449), "2.4 sec"],
    [formatDuration(59_949), "59.9 sec"],
    [formatDuration(60_000), "1 min"],
    [formatDuration(185_000), "3 min"],
    [formatElapsed(-20), "0 sec"],
    [formatElapsed(7_900), "7 sec"],
    [formatElapsed(61_000), "1 min"],
    [formatCountdown(-1), "0:00"],
    [formatCountdown(1), "0:01"],
    [formatCountdown(27_000), "0:27"],
    [formatCountdown(90_000), "1:30"],
    [formatBytes(900), "0.9 kB"],
    [formatBytes(2_100_000), "2.1 MB"],
    [formatBytes(3_400_000_000), "3.4 GB"],
    [formatShare(0.629), "62%"],
    [formatShare(0.9999), "99%"],
    [formatShare(1), "100%"],
    [formatShare(7), "100%"],
    [formatRate(null), "–"],
    [formatRate(0.25), "0.3"],
    [formatRate(9.94), "9.9"],
    [formatRate(1_234.4), "1,234"],
  ])("%s", (got, wanted) => {
    expect(got).toBe(wanted);
  });
});
