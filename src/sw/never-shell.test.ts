import { describe, expect, it } from "vitest";
import { neverShell } from "./never-shell.ts";

const passes = (path: string): boolean => neverShell.some((rule) => rule.test(path));

describe("what the service worker never answers with the shell", () => {
  it.each([
    "/coordinator.CoordinatorService/SendHeartbeat",
    "/proving.v1.JobService/SubmitJob",
    "/proving.v2.JobService/SubmitJob",
    "/circuits/manifest.json",
    "/circuits/0123.zkey",
    "/config.json",
    "/config.json?x=1",
    "/version.json",
    "/healthz",
    "/readyz",
  ])("%s goes to the coordinator", (path) => {
    expect(passes(path)).toBe(true);
  });

  it.each(["/", "/index.html", "/?concurrency=2", "/?version", "/jobs", "/coordinators", "/kiosk"])(
    "%s is the shell",
    (path) => {
      expect(passes(path)).toBe(false);
    },
  );
});
