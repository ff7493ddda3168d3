/** Opens the public and the administrative port over the services. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { openPlaces } from "./access/places.ts";
import type { Config } from "./config.ts";
import type { Database } from "./db/open.ts";
import { CoordinatorFailure } from "./failure.ts";
import type { Log } from "./log.ts";
import type { Services } from "./service/services.ts";
import { version } from "./version.ts";
import { openAdminPort } from "./web/admin.ts";
import { ensureLocalCertificate, machineNames } from "./web/local-ca.ts";
import { openPage } from "./web/page.ts";
import { openPort } from "./web/port.ts";
import type { Certificate } from "./web/port.ts";
import type { WebHandler } from "./web/reply.ts";
import { openSite } from "./web/site.ts";
import { PROTOCOL_VERSION } from "../src/domain/limits.ts";
import { workerId } from "../src/domain/ids.ts";

export type PortParts = {
  readonly config: Config;
  readonly localTls: boolean;
  readonly dataFolder: string;
  readonly projectFolder: string;
  readonly database: Database;
  readonly services: Services;
  readonly rpc: WebHandler;
  readonly log: Log;
};

export type OpenPorts = {
  readonly url: string;
  readonly port: number;
  readonly adminPort: number;
  readonly caFile: string | undefined;
  readonly stopAccepting: () => void;
  readonly idle: (limitMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** What the page is told: its version, whose signatures it pins, and settings for its node in the seed's names. */
const pageConfig = ({ config, services }: PortParts) => ({
  version,
  pinned_manifest_keys: [
    ...new Set(
      [services.registry.signingKey, ...config.pinned_manifest_keys].filter((key) => key !== ""),
    ),
  ],
  coordinator_origins: config.coordinator_origins,
  worker: config.worker,
  zkp: config.zkp,
});

const readPem = async (field: string, file: string): Promise<string> => {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new CoordinatorFailure(
      {
        kind: "invalid",
        reason: "CONFIG_INVALID",
        field,
        problem: `"${file}" cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
        remedy: "it must be a PEM file that this user may read",
      },
      { cause },
    );
  }
};

type Tls = { readonly certificate: Certificate | undefined; readonly caFile: string | undefined };

const openTls = async ({ config, localTls, dataFolder }: PortParts): Promise<Tls> => {
  if (config.tls_cert_file !== "") {
    const cert = await readPem("tls_cert_file", config.tls_cert_file);
    const key = await readPem("tls_key_file", config.tls_key_file);
    return { certificate: { cert, key }, caFile: undefined };
  }
  if (!localTls) return { certificate: undefined, caFile: undefined };
  const folder = path.join(dataFolder, "tls");
  const local = await ensureLocalCertificate(folder, machineNames(), new Date());
  return { certificate: local, caFile: local.caFile };
};

/** Names the setting when a port cannot be had. */
const listening = async <Opened>(field: string, open: () => Promise<Opened>): Promise<Opened> => {
  try {
    return await open();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CoordinatorFailure(
      {
        kind: "unavailable",
        reason: "PORT_UNAVAILABLE",
        field,
        problem: why,
        remedy: `choose another ${field.toUpperCase()}, 0 for any free one, or end what uses it`,
      },
      { cause },
    );
  }
};

/** Why there should be no traffic now; asks the database. */
const readiness =
  ({ database }: PortParts, isStopping: () => boolean) =>
  async () => {
    if (isStopping()) return "stopping";
    try {
      await database.sql`select 1`;
      return undefined;
    } catch {
      // The reason is in the log of whoever used the database; the load balancer needs one word.
      return "the database does not answer";
    }
  };

const openAdmin = (parts: PortParts, unready: () => Promise<string | undefined>) => {
  const { config, services, log } = parts;
  return openAdminPort({
    host: config.admin_host,
    port: config.admin_port,
    metrics: services.metrics.text,
    unready,
    isAdmin: async (key) => (await services.keys.find(key))?.kind === "admin",
    want: (worker, state) => {
      if (state !== "active" && state !== "paused" && state !== "draining") return "no-such-state";
      const id = workerId(worker);
      return id !== undefined && services.dispatch.want(id, state) ? "done" : "no-such-worker";
    },
    log,
  });
};

const openSiteOf = (
  parts: PortParts,
  overTls: boolean,
  unready: () => Promise<string | undefined>,
) => {
  const { services, config } = parts;
  return openSite({
    rpc: parts.rpc,
    page: openPage(path.join(parts.projectFolder, "dist")),
    artifacts: services.registry,
    countArtifact: services.metrics.countArtifact,
    manifest: services.registry.manifest,
    pageConfig: () => pageConfig(parts),
    versionInfo: () => ({ name: "prove-at-home", version, protocol_version: PROTOCOL_VERSION }),
    unready,
    allowedOrigins: config.allowed_origins,
    coordinatorOrigins: config.coordinator_origins,
    overTls,
    log: parts.log,
  });
};

export const openPorts = async (parts: PortParts): Promise<OpenPorts> => {
  const { config } = parts;
  let stopping = false;
  const unready = readiness(parts, () => stopping);
  const { certificate, caFile } = await openTls(parts);
  const site = openSiteOf(parts, certificate !== undefined, unready);
  const { host, port } = config;
  const open = await listening("port", () =>
    openPort({
      host,
      port,
      certificate,
      handler: site.handler,
      places: openPlaces(config.max_connections_per_address),
    }),
  );
  const admin = await listening("admin_port", () => openAdmin(parts, unready)).catch(
    async (error: unknown) => {
      await open.close();
      throw error;
    },
  );
  const shownHost = host === "" || host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return {
    url: `${certificate === undefined ? "http" : "https"}://${shownHost}:${open.port}`,
    port: open.port,
    adminPort: admin.port,
    caFile,
    stopAccepting: () => {
      stopping = true;
      open.stopAccepting();
    },
    idle: site.idle,
    close: async () => {
      await Promise.all([open.close(), admin.close()]);
    },
  };
};
