import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findKey } from "./key.ts";

const key = (kind: "owner" | "admin", letter: string): string => `pah_${kind}_${letter.repeat(43)}`;
const options = { coordinator: "http://localhost:8080" };

let dataDir = "";

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "prove-at-home-keys-"));
  await mkdir(path.join(dataDir, "keys"));
  await writeFile(path.join(dataDir, "keys/owner.key"), `${key("owner", "o")}\n`);
  await writeFile(path.join(dataDir, "keys/admin.key"), `${key("admin", "a")}\n`);
});

afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe("findKey", () => {
  it("takes --key before the environment, and that before the data folder", async () => {
    const env = { DATA_DIR: dataDir, PROVE_AT_HOME_KEY: key("owner", "e") };
    expect(await findKey("owner", { ...options, key: key("owner", "f") }, env)).toBe(
      key("owner", "f"),
    );
    expect(await findKey("owner", options, env)).toBe(key("owner", "e"));
    expect(await findKey("owner", options, { DATA_DIR: dataDir })).toBe(key("owner", "o"));
  });

  it("takes the admin key for admin calls", async () => {
    expect(await findKey("admin", options, { DATA_DIR: dataDir })).toBe(key("admin", "a"));
  });

  it("sends no key where none is needed", async () => {
    expect(await findKey("none", options, { DATA_DIR: dataDir })).toBe("");
  });

  it("goes on without a key when there is none: the coordinator says what it wants", async () => {
    expect(await findKey("owner", options, { DATA_DIR: "/nowhere" })).toBe("");
  });

  it("names the source of what is no key, and does not repeat it", async () => {
    const wrong = findKey("owner", { ...options, key: "hunter2" }, {});
    await expect(wrong).rejects.toThrow(/^--key: this is no key/);
    await expect(wrong).rejects.not.toThrow(/hunter2/);
  });
});
