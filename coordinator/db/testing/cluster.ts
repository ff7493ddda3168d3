/**
 * Vitest global setup of the integration project: one embedded PostgreSQL per run, in a temporary folder. Test files get
 * a database of their own on it by `openTestDatabase()` (testing/database.ts).
 */
import { mkdtemp, rm, chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbedded } from "../embedded.ts";
import { silentLog } from "./silent-log.ts";

declare module "vitest" {
  // Vitest's own way to type what global setup hands to tests is to extend its interface.
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- only an interface can be extended
  interface ProvidedContext {
    databaseServer: string;
  }
}

/** Starts the server; returns what stops it and removes its folder. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), "prove-at-home-postgres-"));
  // As root the server runs as "nobody", who must be able to pass.
  await chmod(folder, 0o711);
  const server = await startEmbedded({ folder, log: silentLog });
  project.provide("databaseServer", server.url);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
};
