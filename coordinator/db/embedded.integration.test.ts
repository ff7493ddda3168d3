import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startEmbedded } from "./embedded.ts";
import { openDatabase } from "./open.ts";
import type { Database } from "./open.ts";
import { openPool } from "./pool.ts";
import { firstClosedFolder } from "./server-user.ts";
import { silentLog } from "./testing/silent-log.ts";

const isRoot = process.getuid?.() === 0;
const program = fileURLToPath(new URL("testing/hold-database.ts", import.meta.url));

let folder: string;
const opened: Database[] = [];
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "prove-at-home-embedded-"));
  await chmod(folder, 0o711);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const database of opened.splice(0)) await database.close();
  await rm(folder, { recursive: true, force: true });
});

const open = async (): Promise<Database> => {
  const database = await openDatabase({ url: undefined, folder, log: silentLog });
  opened.push(database);
  return database;
};

/** Another process that opens the folder; resolves with its connection string. */
const openElsewhere = async (): Promise<{ readonly child: ChildProcess; readonly url: string }> => {
  const child = spawn(process.execPath, ["--import", "tsx", program, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const [url] = (await once(lines, "line")) as [string];
  return { child, url };
};

const postmaster = async (): Promise<number> =>
  Number.parseInt(await readFile(join(folder, "cluster", "postmaster.pid"), "utf8"), 10);

const write = (database: Database, key: string) =>
  database.sql`insert into owners (id) values (${key})`;
const owners = async (database: Database): Promise<readonly string[]> => {
  const rows = await database.sql<{ id: string }[]>`select id from owners order by id`;
  return rows.map((row) => row.id);
};

describe("the embedded server", () => {
  it("begins in an empty folder, stops with close(), and keeps what was written", async () => {
    const first = await open();
    await write(first, "a");
    await first.close();
    opened.pop();
    await expect(postmaster()).rejects.toMatchObject({ code: "ENOENT" });
    expect(await owners(await open())).toEqual(["a", "local"]);
  });

  it("lets in nobody without its password, and hides that", async () => {
    const database = await open();
    const wrong = new URL(database.url);
    wrong.password = "wrong";
    const stranger = openPool(wrong.href, { size: 1, durability: "on" });
    await expect(stranger`select 1`).rejects.toMatchObject({ code: "28P01" });
    await stranger.end();
    expect((await stat(join(folder, "password"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "cluster"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, "postgres.log"))).mode & 0o777).toBe(0o600);
    const rows = await database.sql<{ name: string; setting: string }[]>`
      select name, setting from pg_settings
      where name in ('listen_addresses', 'unix_socket_directories', 'fsync', 'full_page_writes') order by name`;
    expect(rows.map((row) => row.setting)).toEqual(["on", "on", "127.0.0.1", ""]);
  });

  it("outlives a kill -9 of its coordinator and is taken over by the next", async () => {
    const { child, url } = await openElsewhere();
    const other = openPool(url, { size: 1, durability: "on" });
    await other`insert into owners (id) values ('written before the kill')`;
    await other.end();
    const server = await postmaster();
    child.kill("SIGKILL");
    const database = await open();
    expect(await postmaster()).toBe(server);
    expect(database.url).toBe(url);
    expect(await owners(database)).toContain("written before the kill");
  });

  it("is started again when it is killed -9, on the same port: pools go on, nothing acknowledged is lost", async () => {
    const database = await open();
    const acknowledged: string[] = ["local"];
    let killed = false;
    const writer = (async () => {
      for (let place = 0; place < 400 && !(killed && acknowledged.length > 150); place++) {
        const key = `k${String(place).padStart(4, "0")}`;
        await write(database, key).then(
          () => acknowledged.push(key),
          () => undefined,
        );
        if (acknowledged.length === 50 && !killed) {
          killed = true;
          process.kill(await postmaster(), "SIGKILL");
        }
      }
    })();
    await writer;
    expect(killed).toBe(true);
    await expect
      .poll(() => owners(database).catch(() => []), { timeout: 30_000 })
      .toEqual(expect.arrayContaining(acknowledged));
  });

  it("refuses a second coordinator on the same folder, by the name of the first", async () => {
    const { child } = await openElsewhere();
    await expect(open()).rejects.toMatchObject({
      kind: "precondition",
      reason: "DATA_FOLDER_IN_USE",
      message: expect.stringContaining(`process ${String(child.pid)}`) as string,
    });
  });

  it("starts beside a postmaster.pid whose number was given to another program", async () => {
    await (await open()).close();
    opened.pop();
    await writeFile(
      join(folder, "cluster", "postmaster.pid"),
      `${process.pid}\n${folder}/cluster\n0\n5432\n\n127.0.0.1\n`,
    );
    expect(await owners(await open())).toEqual(["local"]);
  });

  it("of two that begin in an empty folder at once, one gets it", async () => {
    const results = await Promise.allSettled([
      startEmbedded({ folder, log: silentLog }),
      startEmbedded({ folder, log: silentLog }),
    ]);
    const [won, ...more] = results.flatMap((result) =>
      result.status === "fulfilled" ? [result.value] : [],
    );
    expect(more).toEqual([]);
    expect(results.find((result) => result.status === "rejected")?.reason).toMatchObject({
      reason: "DATA_FOLDER_IN_USE",
    });
    await won?.stop();
  });

  it("refuses a cluster of another major version", async () => {
    await mkdir(join(folder, "cluster"));
    await writeFile(join(folder, "cluster", "PG_VERSION"), "17\n");
    await expect(open()).rejects.toMatchObject({ reason: "POSTGRES_VERSION" });
  });

  it.runIf(isRoot)("names the folder that its unprivileged user cannot pass through", async () => {
    const closed = join(folder, "closed");
    await mkdir(closed, { mode: 0o700 });
    const inside = join(closed, "data");
    await expect(
      openDatabase({ url: undefined, folder: inside, log: silentLog }),
    ).rejects.toMatchObject({
      reason: "DATA_FOLDER_UNREACHABLE",
      problem: expect.stringContaining(`cannot pass through ${closed} `) as string,
    });
  });

  it.runIf(isRoot)("knows which folders another user can cross", async () => {
    const user = { uid: 65_534, gid: 65_534 };
    expect(await firstClosedFolder(folder, user)).toBeUndefined();
    await chmod(folder, 0o700);
    expect(await firstClosedFolder(join(folder), user)).toBe(folder);
    expect(await firstClosedFolder(folder, undefined)).toBeUndefined();
  });
});

describe("an outside server", () => {
  it("that does not answer is named by its setting", async () => {
    const options = { url: "postgres://nobody@127.0.0.1:1/none", folder: "", log: silentLog };
    await expect(openDatabase(options)).rejects.toMatchObject({
      reason: "DATABASE_UNREACHABLE",
      field: "DATABASE_URL",
    });
  });
});
