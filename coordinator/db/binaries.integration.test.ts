import { execFile } from "node:child_process";
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installedPackage, usableBinaries } from "./binaries.ts";
import { serverUser } from "./server-user.ts";

const run = promisify(execFile);

let folder: string;
let closed: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prove-at-home-binaries-"));
  await chmod(folder, 0o711);
  closed = join(folder, "closed");
  await mkdir(closed, { mode: 0o700 });
  const installed = installedPackage();
  for (const part of ["native", "package.json"]) {
    await cp(join(installed, part), join(closed, part), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const version = async (binaries: string): Promise<string> => {
  const options = { cwd: folder, ...serverUser() };
  return (await run(join(binaries, "postgres"), ["--version"], options)).stdout;
};

const links = async (): Promise<readonly { readonly target: string }[]> =>
  JSON.parse(await readFile(join(closed, "native", "pg-symlinks.json"), "utf8")) as {
    target: string;
  }[];

describe("the binaries", () => {
  it.runIf(process.getuid?.() === 0)(
    "are copied where the server's user can reach them, once",
    async () => {
      await expect(version(join(closed, "native", "bin"))).rejects.toMatchObject({
        code: "EACCES",
      });
      const binaries = await usableBinaries(folder, serverUser(), closed);
      expect(binaries.startsWith(folder)).toBe(true);
      expect(await version(binaries)).toContain("PostgreSQL) 18");
      const first = await lstat(binaries);
      expect(await usableBinaries(folder, serverUser(), closed)).toBe(binaries);
      expect((await lstat(binaries)).ino).toBe(first.ino);
    },
  );

  it("get the links that a blocked install script has not made", async () => {
    await chmod(closed, 0o711);
    const targets = (await links()).map(({ target }) => join(closed, target));
    for (const target of targets) await rm(target, { force: true });
    const binaries = await usableBinaries(folder, serverUser(), closed);
    expect(binaries).toBe(join(closed, "native", "bin"));
    for (const target of targets) expect((await lstat(target)).isSymbolicLink()).toBe(true);
    expect(await version(binaries)).toContain("PostgreSQL) 18");
  });
});
