/** How many of something one source may have open at once. */
import { isLocal } from "./peer.ts";
import { sourceOf } from "./source.ts";

export type Places = {
  /** Takes a place for an address; gives what frees it, once. undefined = none is left. */
  readonly take: (address: string) => (() => void) | undefined;
};

/** `limit` 0 = none. This machine itself has none: a proxy on it speaks for everybody, and has limits of its own. */
export const openPlaces = (limit: number): Places => {
  const taken = new Map<string, number>();
  return {
    take: (address) => {
      if (limit === 0 || isLocal({ address, forwarded: false })) return () => undefined;
      const source = sourceOf(address);
      const count = taken.get(source) ?? 0;
      if (count >= limit) return undefined;
      taken.set(source, count + 1);
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        const left = (taken.get(source) ?? 0) - 1;
        if (left > 0) taken.set(source, left);
        else taken.delete(source);
      };
    },
  };
};
