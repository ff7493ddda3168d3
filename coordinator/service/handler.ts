/** The RPCs as one HTTP handler, in gRPC, gRPC-Web and Connect. */
import { setMaxListeners } from "node:events";
import { createContextValues } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { ConnectNodeAdapterOptions } from "@connectrpc/connect-node";
import { peerOf } from "../access/peer.ts";
import { MAX_INPUT_BYTES } from "../../src/domain/limits.ts";
import type { WebHandler, WebRequest } from "../web/reply.ts";
import { errorInterceptor } from "./errors.ts";
import { routes } from "./index.ts";
import { MAX_SUBMIT_BYTES } from "./limits.ts";
import { peerKey } from "./services.ts";
import type { Services } from "./services.ts";

type NodeHandler = ReturnType<typeof connectNodeAdapter>;

/** Enough that a stranger's job is refused for its missing key and not for its size. */
const STRANGER_SUBMIT_BYTES = 2 * MAX_INPUT_BYTES;

const bearer = (request: WebRequest): string =>
  /^bearer +(\S+)$/iu.exec(request.headers.authorization?.trim() ?? "")?.[1] ?? "";

/** `shutdown` ends all running calls; abort it with the failure that they shall see. */
export const openRpcHandler = (services: Services, shutdown: AbortSignal): WebHandler => {
  // One listener per call that runs; they are removed when it ends.
  setMaxListeners(0, shutdown);
  const shared = {
    interceptors: [errorInterceptor(services.log, services.metrics.countCall)],
    shutdownSignal: shutdown,
    contextValues: (request) => createContextValues().set(peerKey, peerOf(request)),
  } satisfies Partial<ConnectNodeAdapterOptions>;
  const adapter = (submitMaxBytes: number): NodeHandler =>
    connectNodeAdapter({ ...shared, routes: routes(services, { submitMaxBytes }) });
  const forStrangers = adapter(STRANGER_SUBMIT_BYTES);
  const forOwners = adapter(MAX_SUBMIT_BYTES);

  /** Whole messages are read before a handler runs: a large one is read only from whoever has a key. */
  const handlerFor = async (request: WebRequest): Promise<NodeHandler> => {
    const key = bearer(request);
    if (!key.startsWith("pah_")) return forStrangers;
    return (await services.keys.find(key)) === undefined ? forStrangers : forOwners;
  };

  return (request, response) => {
    handlerFor(request).then(
      (handler) => handler(request, response),
      (error: unknown) => {
        services.log.error("A key could not be looked up", { error });
        forStrangers(request, response);
      },
    );
  };
};
