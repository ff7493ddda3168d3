/**
 * The embedded PostgreSQL: the real server from npm, in a folder of ours, as a process of its own.
 *
 * - Reached by TCP on 127.0.0.1 and a random port: the one way that works alike on Linux, macOS and Windows. Other users
 *   of the machine are kept out by scram and a random password in a file of mode 600; there is no unix socket.
 * - It outlives a crash of Node; the next coordinator adopts it. close() stops it.
 * - One coordinator per folder: an advisory lock inside the server, held by one connection as long as Node lives. The
 *   kernel gives it back when Node dies, so there is no lock file that could be stale.
 * - When the server dies, that connection notices, and the server is started again on the same port; the pools reconnect.
 *
 * Folder: cluster/ (the data), password, postgres.log, and binaries/ where those of node_modules cannot be used.
 */
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log.ts";
import { usableBinaries } from "./binaries.ts";
import { ensureCluster } from "./cluster.ts";
import { urlOf } from "./installation.ts";
import type { Installation } from "./installation.ts";
import { ensurePassword } from "./password.ts";
import { ensureRunning, stopServer } from "./postmaster.ts";
import { checkReachable, serverUser } from "./server-user.ts";
import { holdFolder } from "./supervise.ts";

export type EmbeddedOptions = { readonly folder: string; readonly log: Log };

export type EmbeddedServer = {
  /** Connection string with the password. */
  readonly url: string;
  /** Fast shutdown: running statements are cut off, everything committed is kept. */
  readonly stop: () => Promise<void>;
};

/** Starts or adopts the server in `folder`. A first start takes about a second, later ones a tenth. */
export const startEmbedded = async (options: EmbeddedOptions): Promise<EmbeddedServer> => {
  const installation = await prepare(options);
  await ensureCluster(installation);
  const port = await ensureRunning(installation, undefined);
  const hold = await holdFolder(installation, port);
  const stop = async (): Promise<void> => {
    await hold.release();
    await stopServer(installation);
  };
  return { url: urlOf(installation, port), stop };
};

const prepare = async (options: EmbeddedOptions): Promise<Installation> => {
  const user = serverUser();
  // The server passes through this folder, so others may cross it; all that is in it is closed to them.
  await mkdir(options.folder, { recursive: true, mode: 0o711 });
  // One name for one cluster, however it was reached.
  const folder = await realpath(options.folder);
  await checkReachable(folder, user);
  const binaries = await usableBinaries(folder, user);
  const password = await ensurePassword(folder);
  return { folder, cluster: join(folder, "cluster"), binaries, password, user, log: options.log };
};
