import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureKeyFile, keyFile } from "./key-files.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "prove-at-home-keys-"));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true, force: true });
});

describe("ensureKeyFile", () => {
  it("makes a key that only its user reads, and keeps it", async () => {
    const key = await ensureKeyFile(folder, "owner");
    expect(key).toMatch(/^pah_owner_[A-Za-z0-9_-]{43}$/u);
    expect((await stat(keyFile(folder, "owner"))).mode & 0o777).toBe(0o600);
    expect(await ensureKeyFile(folder, "owner")).toBe(key);
  });

  it("gives all who ask at once the same key, and leaves no draft behind", async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => ensureKeyFile(folder, "admin")));
    expect(new Set(keys).size).toBe(1);
    expect(await readdir(folder)).toEqual(["admin.key"]);
  });

  it("refuses a file that holds no key", async () => {
    await writeFile(keyFile(folder, "owner"), "something\n");
    await expect(ensureKeyFile(folder, "owner")).rejects.toMatchObject({
      reason: "KEY_FILE_MALFORMED",
    });
  });

  it("names a folder that cannot be used", async () => {
    const file = path.join(folder, "file");
    await writeFile(file, "");
    await expect(ensureKeyFile(path.join(file, "keys"), "owner")).rejects.toMatchObject({
      reason: "DATA_FOLDER_UNREACHABLE",
      problem: expect.stringContaining(file) as string,
    });
  });

  it.skipIf(process.getuid?.() === 0)("names a folder that is closed to this user", async () => {
    await chmod(folder, 0o500);
    await expect(ensureKeyFile(path.join(folder, "keys"), "owner")).rejects.toMatchObject({
      reason: "DATA_FOLDER_UNREACHABLE",
    });
  });
});
