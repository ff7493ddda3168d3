/** Makes the node and joins it to what only a page has: beacons, its own life, the wish to go on after a reload. */
import { NodeFailure } from "../../domain/failure.ts";
import type { PageChange, PageFacts } from "../../node/protocol.ts";
import type { NodeState } from "../../store/state.ts";
import { createBeacons } from "./beacons.ts";
import { watchLifecycle } from "./lifecycle.ts";
import { keepStarted, keepWish, openTabStorage, wasStarted } from "./resume.ts";
import { spawnNode, type NodeWorker } from "./spawn-node.ts";

export type JoinOptions = {
  readonly page: PageFacts;
  readonly onState: (state: NodeState) => void;
  /** Besides the node, the page itself may want to know. */
  readonly onChange: (change: PageChange) => void;
};

export type JoinedNode = NodeWorker & {
  /** Starts again when this tab was proving before a reload; never for `?version`, which only asks. */
  readonly resume: () => Promise<void>;
};

export const joinNode = (options: JoinOptions): JoinedNode => {
  const { page, onState, onChange } = options;
  const beacons = createBeacons((url, body) => navigator.sendBeacon(url, body));
  const tabStorage = openTabStorage(() => sessionStorage);
  const wasProving = wasStarted(tabStorage);
  const node = spawnNode({
    page,
    beacons,
    onState: (state) => {
      keepStarted(tabStorage, state.phase);
      onState(state);
    },
  });
  const listeners = {
    changed: (change: PageChange): void => {
      onChange(change);
      // A node that does not answer shows as such by the commands; nobody waits for this one.
      node.commands.pageChanged(change).catch(() => undefined);
    },
    leaving: beacons.sayGoodbye,
  };
  // As long as the page lives, also in the back-forward cache: nothing ends it.
  watchLifecycle({ window, document }, listeners, new AbortController().signal);
  const start = (): Promise<void> => {
    keepWish(tabStorage);
    return node.commands.start();
  };
  const resume = async (): Promise<void> => {
    if (wasProving && page.urlOptions.version === undefined) await start();
  };
  return { ...node, commands: { ...node.commands, start }, resume };
};

/** For a browser that lacks what a node is made of. */
export const withoutNode = (): JoinedNode => {
  const refuse = (): Promise<never> =>
    Promise.reject(new NodeFailure("platform", "this browser lacks what proving needs"));
  return {
    attached: Promise.resolve(),
    resume: () => Promise.resolve(),
    commands: {
      start: refuse,
      stop: refuse,
      configure: refuse,
      settings: refuse,
      readLog: refuse,
      verifyReceipt: refuse,
      pageChanged: refuse,
      removeCircuit: refuse,
      about: refuse,
    },
  };
};
