import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "./open.ts";
import type { Database } from "./open.ts";
import { silentLog } from "./testing/silent-log.ts";

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prove-at-home-steady-"));
  await chmod(folder, 0o711);
  database = await openDatabase({ url: undefined, folder, log: silentLog });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const KILLS = 8;
const WRITERS = 24;

const killServer = async (): Promise<void> => {
  const pidFile = await readFile(join(folder, "cluster", "postmaster.pid"), "utf8");
  process.kill(Number.parseInt(pidFile, 10), "SIGKILL");
};

describe("a pool", () => {
  it("goes on after 8 kills -9 of the server amid transactions, and nothing acknowledged is lost", async () => {
    const acknowledged: string[] = [];
    const ending = new AbortController();
    const write = async (key: string): Promise<void> => {
      await database.sql.begin(async (sql) => {
        await sql`insert into owners (id) values (${`${key}-a`})`;
        await sql`insert into owners (id) values (${`${key}-b`})`;
      });
      acknowledged.push(`${key}-a`, `${key}-b`);
    };
    const writer = async (name: number): Promise<void> => {
      for (let place = 0; !ending.signal.aborted; place++) {
        // A lost connection fails what runs on it; the next one is for the next call.
        await write(`${name}-${place}`).catch(
          () => new Promise((resolve) => setTimeout(resolve, 20)),
        );
      }
    };
    const writers = Array.from({ length: WRITERS }, (_, name) => writer(name));
    for (let kill = 0; kill < KILLS; kill++) {
      const before = acknowledged.length;
      await expect
        .poll(() => acknowledged.length, { timeout: 30_000 })
        .toBeGreaterThan(before + 50);
      await killServer();
    }
    const last = acknowledged.length;
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(last + 50);
    ending.abort();
    await Promise.all(writers);
    const rows = await database.sql<{ id: string }[]>`select id from owners`;
    const present = new Set(rows.map((row) => row.id));
    expect(acknowledged.filter((key) => !present.has(key))).toEqual([]);
  });

  it("would end the process without the guard of its transactions", async () => {
    // In a process of its own, since it takes that process down or leaves it waiting for ever.
    const program = `
      import postgres from "postgres";
      const sql = postgres(process.argv[1], { max: 1, onnotice: () => undefined });
      setTimeout(() => process.exit(3), 5000);
      await sql.begin(async (tx) => { await tx\`select pg_terminate_backend(pg_backend_pid())\`; }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await sql\`select 1\`;
      process.exit(0);`;
    const run = promisify(execFile)(process.execPath, [
      "--input-type=module",
      "-e",
      program,
      database.url,
    ]);
    await expect(run).rejects.toMatchObject({ code: expect.any(Number) as number });
  });
});
