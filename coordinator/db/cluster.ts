/** Makes the embedded cluster, once. */
import { randomBytes } from "node:crypto";
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { CoordinatorFailure } from "../failure.ts";
import type { Installation } from "./installation.ts";
import { runBinary } from "./run-binary.ts";

const MAJOR_VERSION = "18";
const DRAFT_PREFIX = "cluster.new-";
/** An initdb that still runs after this long has been killed, or its machine has. */
const DRAFT_ABANDONED_MS = 10 * 60_000;

const settings = `
# --- Prove@Home
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
# Compiling a plan costs more than any statement of ours takes.
jit = off
# Fewer processes; the data fits in memory.
io_method = sync
max_wal_size = 1GB
# The hot table turns over within seconds.
autovacuum_naptime = 10s
log_timezone = 'UTC'
# Statements and their values may hold inputs: they stay out of the log.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
`;

/**
 * initdb into a draft folder, then one rename: a process that is killed half-way leaves no half-made cluster, and of two
 * that begin at once one wins. Never with --no-sync: such clusters did not survive a power cut.
 */
export const ensureCluster = async (installation: Installation): Promise<void> => {
  const { folder, cluster, log } = installation;
  await removeAbandonedDrafts(folder);
  const version = await versionOf(cluster);
  if (version === undefined) {
    log.info("creating the database cluster", { folder: cluster });
    await createCluster(installation);
  } else if (version !== MAJOR_VERSION) {
    throw wrongVersion(cluster, version);
  }
};

/** Major version; undefined = there is no cluster. */
const versionOf = async (cluster: string): Promise<string | undefined> => {
  const text = await readFile(join(cluster, "PG_VERSION"), "utf8").catch(() => undefined);
  return text?.trim();
};

const wrongVersion = (cluster: string, version: string): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "precondition",
    reason: "POSTGRES_VERSION",
    field: "DATA_DIR",
    problem: `${cluster} was made by PostgreSQL ${version}, and the binaries here are ${MAJOR_VERSION}`,
    remedy: `dump it with PostgreSQL ${version} and load it into a new DATA_DIR, or set DATABASE_URL`,
  });

const createCluster = async (installation: Installation): Promise<void> => {
  const draft = join(installation.folder, `${DRAFT_PREFIX}${randomBytes(6).toString("hex")}`);
  const passwordFile = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, installation.password, { mode: 0o600, flag: "wx" });
    await give(installation, draft, passwordFile);
    await runBinary(installation, draft, ["initdb", ...initOptions(draft, passwordFile)]);
    await appendFile(join(draft, "postgresql.conf"), settings);
    await rename(draft, installation.cluster).catch(async (error: unknown) => {
      // Somebody else's is there already and is as good as ours.
      if ((await versionOf(installation.cluster)) === undefined) throw error;
    });
    await syncFolder(installation.folder);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
};

const initOptions = (cluster: string, passwordFile: string): readonly string[] => [
  `--pgdata=${cluster}`,
  "--username=postgres",
  `--pwfile=${passwordFile}`,
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--locale=C",
  "--no-instructions",
];

const give = async ({ user }: Installation, ...paths: readonly string[]): Promise<void> => {
  if (user === undefined) return;
  for (const path of paths) await chown(path, user.uid, user.gid);
};

/** A rename is on disk once its folder is. Windows has no such call, nor the need. */
const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === "win32") return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const removeAbandonedDrafts = async (folder: string): Promise<void> => {
  const names = await readdir(folder);
  for (const name of names.filter((each) => each.startsWith(DRAFT_PREFIX))) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > DRAFT_ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
};

/** The server's log: made by us, written by the server's user, begun anew when it has grown past `maxBytes`. */
export const ensureServerLog = async (
  installation: Installation,
  maxBytes: number,
): Promise<string> => {
  const path = join(dirname(installation.cluster), "postgres.log");
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined || size > maxBytes) await writeFile(path, "");
  await chmod(path, 0o600);
  await give(installation, path);
  return path;
};
