/** A listening coordinator in this process, on a database of its own of the test run's PostgreSQL. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadConfig } from "../../config.ts";
import { startCoordinator } from "../../coordinator.ts";
import { openTestDatabase } from "../../db/testing/database.ts";
import { silentLog } from "../../db/testing/silent-log.ts";

export const projectFolder = path.resolve(import.meta.dirname, "../../..");

export type TestCoordinator = {
  readonly url: string;
  readonly port: number;
  readonly adminUrl: string;
  readonly dataFolder: string;
  readonly ownerKey: string;
  readonly adminKey: string;
  /** Stops as SIGTERM does; keeps the database. */
  readonly stop: () => Promise<void>;
  /** Another replica on the same database and port, after `stop`. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** `settings` as environment variables. */
export const openTestCoordinator = async (
  settings: Readonly<Record<string, string>> = {},
): Promise<TestCoordinator> => {
  const database = await openTestDatabase();
  const dataFolder = await mkdtemp(path.join(tmpdir(), "prove-at-home-services-"));
  const launch = (port: string, adminPort: string) =>
    startCoordinator({
      config: loadConfig({
        DATA_DIR: dataFolder,
        DATABASE_URL: database.url,
        PORT: port,
        ADMIN_PORT: adminPort,
        HOST: "127.0.0.1",
        ...settings,
      }),
      localTls: false,
      log: silentLog,
      projectFolder,
      verifier: { threads: 1 },
    });
  let running = await launch("0", "0");
  const { url, port, adminPort } = running;
  const key = async (kind: string): Promise<string> =>
    (await readFile(path.join(dataFolder, "keys", `${kind}.key`), "utf8")).trim();
  return {
    url,
    port,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    dataFolder,
    ownerKey: await key("owner"),
    adminKey: await key("admin"),
    stop: () => running.stop(),
    restart: async () => {
      running = await launch(String(port), String(adminPort));
    },
    close: async () => {
      await running.stop();
      await database.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
};
