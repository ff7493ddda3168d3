/** The other tabs of this browser: one Web Lock that names the leader, and the channel on which it is watched. */
import { NodeFailure } from "../../domain/failure.ts";

const NAME = "prove-at-home-node";

type How = "if-free" | "wait" | "steal";
type Held = { readonly lost: Promise<void>; readonly isHeld: () => Promise<boolean> };

/** The Web Lock. @throws NodeFailure "platform" outside a secure context, where there are no locks. */
export const leaderLock = {
  acquire: (how: How, signal: AbortSignal): Promise<Held | undefined> => {
    if (!("locks" in navigator)) {
      const message = "Web Locks are missing: open the page over https:// or on localhost";
      return Promise.reject(new NodeFailure("platform", message));
    }
    return new Promise((resolve, reject) => {
      let lose: () => void = () => undefined;
      const lost = new Promise<void>((done) => {
        lose = done;
      });
      navigator.locks
        .request(NAME, optionsOf(how, signal), async (lock) => {
          if (lock === null) {
            resolve(undefined);
            return;
          }
          resolve({ lost, isHeld: await heldBySelf() });
          // Held until the worker ends or somebody steals it.
          await new Promise<never>(() => undefined);
        })
        .catch((reason: unknown) => {
          // Stolen, or aborted while it waited; whichever it was, the other one is settled already.
          lose();
          reject(NodeFailure.from(reason, "platform"));
        });
    });
  },
};

/** The channel; every message on it is one of this page's. */
export const tabChannel = <Message>() => {
  const channel = new BroadcastChannel(NAME);
  return {
    post: (message: Message): void => channel.postMessage(message),
    listen: (listener: (message: Message) => void): void => {
      channel.onmessage = ({ data }: MessageEvent<Message>) => listener(data);
    },
  };
};

/** A lock may be stolen without a signal, and not while it is. */
const optionsOf = (how: How, signal: AbortSignal): LockOptions => {
  switch (how) {
    case "if-free":
      return { ifAvailable: true };
    case "steal":
      return { steal: true };
    case "wait":
      return { signal };
  }
};

/** Called while the lock is held: whoever holds it now is this worker, and it is asked later whether that is still so. */
const heldBySelf = async (): Promise<() => Promise<boolean>> => {
  const self = await holder();
  return async () => self !== undefined && (await holder()) === self;
};

const holder = async (): Promise<string | undefined> => {
  const { held = [] } = await navigator.locks.query();
  return held.find(({ name }) => name === NAME)?.clientId;
};
