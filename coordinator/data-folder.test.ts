import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataFolder } from "./data-folder.ts";

describe("the data folder", () => {
  let parent = "";
  beforeEach(async () => {
    parent = await mkdtemp(path.join(tmpdir(), "prove-at-home-data-"));
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  it("is made where it is missing, and may be crossed by others", async () => {
    const folder = path.join(parent, "new", "data");
    await openDataFolder(folder);
    expect((await stat(folder)).mode & 0o001).toBe(0o001);
    await openDataFolder(folder);
  });

  it("is refused by name where a file stands in its place", async () => {
    const file = path.join(parent, "taken");
    await writeFile(file, "");
    for (const folder of [file, path.join(file, "below")]) {
      await expect(openDataFolder(folder)).rejects.toMatchObject({
        reason: "DATA_FOLDER_UNREACHABLE",
        field: "DATA_DIR",
        problem: expect.stringContaining(folder) as string,
      });
    }
  });

  // Root may read and write everywhere: there the system refuses nothing.
  it.runIf(process.getuid?.() !== 0)("is refused by name where others keep it closed", async () => {
    await chmod(parent, 0o500);
    await expect(openDataFolder(path.join(parent, "data"))).rejects.toMatchObject({
      reason: "DATA_FOLDER_UNREACHABLE",
    });
    await chmod(parent, 0o700);
  });
});
