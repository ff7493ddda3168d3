/** Clients of the coordinator's services, over native gRPC. */
import { readFile } from "node:fs/promises";
import { createClient, type Client, type Interceptor } from "@connectrpc/connect";
import { CircuitService } from "../src/gen/proving/v1/circuit_pb.ts";
import { JobService } from "../src/gen/proving/v1/job_pb.ts";
import { NetworkService } from "../src/gen/proving/v1/network_pb.ts";
import { usage } from "./failure.ts";
import { findKey, type Role } from "./key.ts";
import type { Output } from "./output.ts";
import type { GlobalOptions, World } from "./world.ts";

export type Connection = {
  readonly jobs: Client<typeof JobService>;
  readonly circuits: Client<typeof CircuitService>;
  readonly network: Client<typeof NetworkService>;
};

/** One call may take this long; streams and uploads have limits of their own. */
export const CALL_TIMEOUT_MS = 30_000;

/** @throws CliFailure "usage" for an address, key or certificate file that cannot be one. */
export const connect = async (
  role: Role,
  options: GlobalOptions,
  { world, output }: { readonly world: World; readonly output: Output },
): Promise<Connection> => {
  const url = parseAddress(options.coordinator);
  const key = await findKey(role, options, world.env);
  if (key !== "" && url.protocol === "http:" && !isLoopback(url.hostname)) {
    output.note(
      `note: the key goes to ${url.origin} in clear text; use https:// beyond this machine`,
    );
  }
  const transport = world.openTransport({
    baseUrl: url.origin,
    interceptors: key === "" ? [] : [bearer(key)],
    ca: await readCertificates(options.ca ?? world.env.PROVE_AT_HOME_CA),
  });
  return {
    jobs: createClient(JobService, transport),
    circuits: createClient(CircuitService, transport),
    network: createClient(NetworkService, transport),
  };
};

const bearer =
  (key: string): Interceptor =>
  (next) =>
  (request) => {
    request.header.set("authorization", `Bearer ${key}`);
    return next(request);
  };

const parseAddress = (text: string): URL => {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/") return url;
  throw usage(
    `--coordinator: "${text}" is no address; it must be http:// or https://, a host and perhaps a port`,
  );
};

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");

const readCertificates = async (file: string | undefined): Promise<string | undefined> => {
  if (file === undefined || file === "") return undefined;
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw usage(`--ca: cannot read "${file}"; name a PEM file of certificates to trust`, cause);
  }
};
