/**
 * Makes the node worker and joins the page to it. In: what the page knows, and where state and beacons go. Out: the node's
 * commands, each of which settles: a call to a worker that died or hangs would else wait for ever.
 */
import { transfer, wrap, type Remote } from "comlink";
import { NodeFailure } from "../../domain/failure.ts";
import type {
  ConfigureOutcome,
  FromPage,
  NodeApi,
  PageFacts,
  ToPage,
} from "../../node/protocol.ts";
import type { NodeState } from "../../store/state.ts";
import type { Beacons } from "./beacons.ts";
import { settleWithin } from "./settle-within.ts";

export type SpawnOptions = {
  readonly page: PageFacts;
  readonly beacons: Beacons;
  readonly onState: (state: NodeState) => void;
};

/** What is left to call once a page has joined. */
export type NodeCommands = Omit<NodeApi, "attach">;

/** A cold start on a busy phone: the script is fetched, compiled and run. */
const ATTACH_MS = 60_000;
/** Answers from memory or from a small database. */
const ANSWER_MS = 20_000;
/** Stop may use the whole shutdown time; verifying may have to fetch a key. */
const LONG_MS = 120_000;

export type NodeWorker = {
  /** Settles once: rejects with a NodeFailure of code `platform` when the worker cannot be loaded. */
  readonly attached: Promise<void>;
  /** May be called at once; they wait for the worker. */
  readonly commands: NodeCommands;
};

export const spawnNode = (options: SpawnOptions): NodeWorker => {
  const worker = new Worker(new URL("../../node/node.worker.ts", import.meta.url), {
    type: "module",
    name: "node",
  });
  const dead = deathOf(worker);
  const remote = wrap<NodeApi>(worker);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (event: MessageEvent<ToPage>): void => {
    const answer = receive(event.data, options);
    if (answer !== undefined) port1.postMessage(answer);
  };
  const attached = settleWithin(remote.attach(transfer(port2, [port2]), options.page), {
    ms: ATTACH_MS,
    dead,
    what: "the node worker's start",
  });
  return { attached, commands: commandsOf(remote, { attached, dead }) };
};

type Joined = { readonly attached: Promise<void>; readonly dead: AbortSignal };

const commandsOf = (remote: Remote<NodeApi>, { attached, dead }: Joined): NodeCommands => {
  const within = async <T>(ms: number, what: string, call: () => Promise<T>): Promise<T> => {
    await attached;
    return settleWithin(call(), { ms, dead, what });
  };
  return {
    start: () => within(LONG_MS, "start", () => remote.start()),
    stop: () => within(LONG_MS, "stop", () => remote.stop()),
    configure: (changes) =>
      within<ConfigureOutcome>(ANSWER_MS, "saving the settings", async () =>
        remote.configure(changes),
      ),
    settings: () => within(ANSWER_MS, "reading the settings", () => remote.settings()),
    readLog: () => within(ANSWER_MS, "reading the log", () => remote.readLog()),
    verifyReceipt: (attemptId) =>
      within(LONG_MS, "verifying the receipt", () => remote.verifyReceipt(attemptId)),
    pageChanged: (change) =>
      within(ANSWER_MS, "telling the node", () => remote.pageChanged(change)),
    removeCircuit: (circuitId) =>
      within(ANSWER_MS, "deleting the circuit", () => remote.removeCircuit(circuitId)),
    about: () => within(ANSWER_MS, "asking the node about itself", () => remote.about()),
  };
};

const receive = (message: ToPage, options: SpawnOptions): FromPage | undefined => {
  switch (message.type) {
    case "state":
      options.onState(message.state);
      return undefined;
    case "beacon":
      return options.beacons.send(message);
    case "goodbye":
      options.beacons.keepGoodbye(message);
      return undefined;
  }
};

/**
 * Aborts when the worker's script cannot be loaded or evaluated: before its first message, an error can mean nothing
 * else. Later ones are the node's own affair: it reports them and lives on.
 */
const deathOf = (worker: Worker): AbortSignal => {
  const death = new AbortController();
  const heard = new AbortController();
  const { signal } = heard;
  worker.addEventListener("message", () => heard.abort(), { signal });
  worker.addEventListener(
    "error",
    ({ message }: Partial<ErrorEvent>) => {
      const why = message ?? "its script could not be fetched or run";
      death.abort(new NodeFailure("platform", `the node worker did not start: ${why}`));
    },
    { signal },
  );
  return death.signal;
};
