import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { stampCallers } from "../../../scripts/stamp-callers.ts";

const nodeFolder = path.resolve(import.meta.dirname, "..");
const files = readdirSync(nodeFolder, { recursive: true, encoding: "utf8" });
const product = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));

it("every log call of the node has a form in which the build can write its place", () => {
  for (const file of product) {
    const stamped = stampCallers(readFileSync(path.join(nodeFolder, file), "utf8"), file);
    // One that is broken over two lines, or a log of another name, would keep no caller.
    expect(stamped, file).not.toMatch(/\b\w*[lL]og\s*\.(?:debug|info|warn|error)\(/);
  }
});
