/** One member of a team: it leads or helps a proof, or makes it alone. */
import { expose } from "comlink";
import { Team } from "../../../src/domain/team.ts";
import { proveWithCore } from "../../../src/groth16/groth16.ts";
import { convertZkey, openCore, type OpenCore } from "../../../src/groth16/open-core.ts";
import { drawBlinding } from "../../../src/groth16/blinding.ts";
import { helpTeam } from "../../../src/groth16/parallel/helper.ts";
import { readWtns, type Wtns } from "../../../src/groth16/wtns.ts";
import { openModule } from "../kernel-module.ts";
import type { MemberWorker } from "../together.ts";

let opened: OpenCore | undefined;
let wtns: Wtns | undefined;

const member = (): OpenCore => {
  if (opened === undefined) throw new Error("the member has no key");
  return opened;
};

const fetchBytes = async (url: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await fetch(url)).arrayBuffer());

const channel = new MessageChannel();
const turns: (() => void)[] = [];
channel.port1.onmessage = () => turns.shift()?.();

/** A message to oneself comes after those that wait already. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    turns.push(resolve);
    channel.port2.postMessage(undefined);
  });

const worker: MemberWorker = {
  prepare: async (kernel, { id, curve }, members) => {
    const core = await openModule(curve, kernel, { shared: true });
    if (core === undefined) return undefined;
    const zkey = await fetchBytes(`/circuits/${id}.zkey`);
    return { core, key: convertZkey(core, zkey, members) };
  },
  join: async ({ core, key }, lane, { id }) => {
    opened = openCore(core, key, lane);
    wtns = readWtns(await fetchBytes(`/circuits/${id}.wtns`), opened.key);
  },
  prove: async (team) => {
    const { key, kernel, memory } = member();
    if (wtns === undefined) throw new Error("the member has no witness");
    const now = (): number => performance.now();
    return proveWithCore(
      {
        ...{ key, wtns },
        blinding: drawBlinding(key.curve, (bytes) => crypto.getRandomValues(bytes)),
        onStep: () => undefined,
        ...(team === undefined
          ? { onProgress: turn }
          : { together: { team: new Team(team), kernel, memory, turn, now } }),
      },
      { memory, kernel },
    );
  },
  help: (team, lane) => helpTeam(new Team(team), lane, { ...member(), turn }),
};

expose(worker);
