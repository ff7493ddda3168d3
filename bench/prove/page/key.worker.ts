/** One kernel's key of one circuit: made of the zkey, kept, and loaded as it was kept. */
import { expose } from "comlink";
import { convertZkey, openCore, type CoreModule } from "../../../src/groth16/open-core.ts";
import { openModule } from "../kernel-module.ts";
import { keepKey, loadKeptKey, type KeyWay } from "../kept-keys.ts";
import type { KeyWorker } from "../protocol.ts";

/** Provers of an isolated page, for whom there is room behind the key that they share. */
const PROVERS = 2;

type Loaded = {
  readonly circuit: string;
  readonly zkey: Uint8Array;
  /** Of an isolated page, and of any other. */
  readonly modules: Readonly<Record<KeyWay, CoreModule>>;
};

let loaded: Loaded | undefined;

const requireLoaded = (): Loaded => {
  if (loaded === undefined) throw new Error("no circuit is loaded");
  return loaded;
};

const regionsOf = (way: KeyWay): number => (way === "handle" ? PROVERS : 1);

const timed = async (work: () => Promise<void> | void): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

const worker: KeyWorker = {
  load: async (kernel, { id, curve }) => {
    const handle = await openModule(curve, kernel, { shared: true });
    const blob = await openModule(curve, kernel);
    if (handle === undefined || blob === undefined) return undefined;
    const zkey = new Uint8Array(await (await fetch(`/circuits/${id}.zkey`)).arrayBuffer());
    loaded = { circuit: id, zkey, modules: { handle, blob } };
    return keepKey(id, handle, convertZkey(handle, zkey, regionsOf("handle")));
  },
  convert: () => {
    const { zkey, modules } = requireLoaded();
    return timed(() => {
      openCore(modules.handle, convertZkey(modules.handle, zkey, regionsOf("handle")), 0);
    });
  },
  open: (way) => {
    const { circuit, modules } = requireLoaded();
    return timed(async () => {
      const key = await loadKeptKey(circuit, modules[way], { way, regions: regionsOf(way) });
      openCore(modules[way], key, 0);
    });
  },
};

expose(worker);
