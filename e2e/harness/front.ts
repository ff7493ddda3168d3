/**
 * A front before a coordinator that can put a new build of the page in place: every request goes on to the coordinator,
 * but the shell and its service worker are changed as a build changes them, and old scripts are gone.
 */
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Front = {
  readonly url: string;
  /** From now on, there is only the new build. */
  readonly release: () => void;
  readonly close: () => Promise<void>;
};

/** Marks the new build's page: `<meta name="build" content="second">`. */
const MARK = '<meta name="build" content="second" />';
const REVISION = "0123456789abcdef0123456789abcdef";

type Change = (body: string) => string;

/** Files of the new build that differ from the old ones, by path. */
const changes: Readonly<Record<string, Change>> = {
  "/": (html) => html.replace("<head>", `<head>${MARK}`),
  "/index.html": (html) => html.replace("<head>", `<head>${MARK}`),
  "/sw.js": (script) => replaceRevision(script),
};

const replaceRevision: Change = (script) => {
  const changed = script
    .replace(/("?revision"?:"?)[0-9a-f]{32}("?,"?url"?:"?index\.html)/, `$1${REVISION}$2`)
    .replace(/("?url"?:"?index\.html"?,"?revision"?:"?)[0-9a-f]{32}/, `$1${REVISION}`);
  if (changed === script) throw new Error("sw.js does not list index.html with a revision");
  return changed;
};

/** Starts a front on a free port of localhost. */
export const startFront = async (coordinatorUrl: string): Promise<Front> => {
  let released = false;
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? "/").split("?", 1)[0] ?? "/";
    const change = released ? changes[path] : undefined;
    if (change === undefined) pass(coordinatorUrl, incoming, outgoing);
    else void passChanged(coordinatorUrl + path, change, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${String(port)}`,
    release: () => {
      released = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
};

const pass = (to: string, incoming: IncomingMessage, outgoing: ServerResponse): void => {
  const { method, headers } = incoming;
  const onward = request(to + (incoming.url ?? "/"), { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  // Either side may go at any time; a stream that ends early must not end the test's process.
  onward.on("error", () => outgoing.destroy());
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
};

const passChanged = async (
  url: string,
  change: Change,
  outgoing: ServerResponse,
): Promise<void> => {
  const answer = await fetch(url);
  const own = ["content-length", "content-encoding", "etag", "connection", "transfer-encoding"];
  const headers = [...answer.headers].filter(([name]) => !own.includes(name));
  outgoing.writeHead(answer.status, Object.fromEntries(headers));
  outgoing.end(change(await answer.text()));
};
