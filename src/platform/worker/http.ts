/** What the node fetches besides its calls: the page's configuration, and heartbeats that no beacon took. */
import { NodeFailure } from "../../domain/failure.ts";
import { HEARTBEAT_TIMEOUT_MS } from "../../domain/limits.ts";

const CONFIG_TIMEOUT_MS = 5_000;

/**
 * The parsed /config.json of the page's host; `undefined` = it has none.
 *
 * @throws NodeFailure "unreachable" when the host cannot be reached, "settings" when the file is no JSON.
 */
export const readConfig = async (): Promise<unknown> => {
  const response = await reach("/config.json");
  if (response.status === 404) return undefined;
  if (!response.ok) {
    throw new NodeFailure("unreachable", `/config.json: HTTP status ${response.status}`);
  }
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (reason) {
    throw new NodeFailure("settings", "config.json is not JSON", { cause: reason });
  }
};

/** Posts a gRPC-Web frame with a call that outlives this worker. False = refused or not answered. */
export const postFrame = async (url: string, frame: Uint8Array<ArrayBuffer>): Promise<boolean> => {
  try {
    const headers = { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" };
    const response = await fetch(url, {
      ...{ method: "POST", body: frame, headers, keepalive: true },
      signal: AbortSignal.timeout(HEARTBEAT_TIMEOUT_MS),
    });
    return response.ok;
  } catch {
    // Offline, no answer in time, or more than 64 KiB of such calls under way: the caller says so.
    return false;
  }
};

const reach = async (path: string): Promise<Response> => {
  try {
    const signal = AbortSignal.timeout(CONFIG_TIMEOUT_MS);
    return await fetch(path, { signal, cache: "no-cache" });
  } catch (reason) {
    throw NodeFailure.from(reason, "unreachable");
  }
};
