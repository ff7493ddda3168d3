/** A whole node in memory: real stages over Connect's in-memory transport, with a fake clock, prover and storage. */
import type { ChosenKernels, LoadOutcome, WantedCircuit } from "../artifacts/protocol.ts";
import { TOGETHER_FROM_DOMAIN } from "../domain/limits.ts";
import type { NodeNeeds } from "../node/node-needs.ts";
import type { HeldLock, TabMessage } from "../node/leadership.ts";
import { Node } from "../node/node.ts";
import type { ToPage } from "../node/protocol.ts";
import type { ProverReady } from "../prover/protocol.ts";
import { coordinatorOver, interceptors } from "../platform/worker/transport.ts";
import type { NodeState } from "../store/state.ts";
import { FakeClock, settle } from "./clock.ts";
import { ScriptedCoordinator } from "./coordinator.ts";
import { FakeProver, filesOf, additionId } from "./prover.ts";
import { seededRandom } from "./random.ts";
import { MemoryStore } from "./storage.ts";

/** What two tabs of one browser share. */
export class FakeBrowser {
  readonly store = new MemoryStore();
  readonly clock = new FakeClock();
  readonly coordinator = new ScriptedCoordinator();
  #listeners: ((message: TabMessage) => void)[] = [];
  #queue: ((lock: HeldLock) => void)[] = [];
  #holder: { lose: () => void; token: symbol } | undefined;

  /** The Web Lock, with the browser's rules. */
  readonly lock: NodeNeeds["lock"] = {
    acquire: (how, signal) => {
      if (how === "steal" && this.#holder !== undefined) this.#holder.lose();
      if (how === "steal" || this.#holder === undefined) return Promise.resolve(this.#grant());
      if (how === "if-free") return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        this.#queue.push(resolve);
        signal.addEventListener("abort", () => {
          this.#queue = this.#queue.filter((waiting) => waiting !== resolve);
          reject(new Error("aborted"));
        });
      });
    },
  };

  /** The leading tab is gone: the next in the queue gets the lock. */
  closeLeader(): void {
    this.#holder = undefined;
    const next = this.#queue.shift();
    if (next !== undefined) next(this.#grant());
  }

  channel(): NodeNeeds["channel"] {
    let own: (message: TabMessage) => void = () => undefined;
    return {
      post: (message) => {
        for (const listener of this.#listeners) {
          if (listener !== own) queueMicrotask(() => listener(structuredClone(message)));
        }
      },
      listen: (listener) => {
        own = listener;
        this.#listeners.push(listener);
      },
    };
  }

  #grant(): HeldLock {
    const token = Symbol("lock");
    let lose: () => void = () => undefined;
    const lost = new Promise<void>((resolve) => {
      lose = resolve;
    });
    this.#holder = { lose, token };
    return { lost, isHeld: () => Promise.resolve(this.#holder?.token === token) };
  }
}

export type TabOptions = {
  readonly urlOptions?: Readonly<Record<string, string>>;
  readonly config?: unknown;
  readonly load?: (wanted: WantedCircuit) => Promise<LoadOutcome>;
  readonly store?: NodeNeeds["store"];
  /** What each prover says when it is made; default that it can prove. */
  readonly ready?: () => Promise<ProverReady>;
  /** What works of the kernels; default that none was tried. */
  readonly kernels?: ChosenKernels;
  /** Whether the page takes beacons; default yes. */
  readonly beacons?: boolean;
};

/** One tab: its node worker, and what its page sees. */
export class FakeTab {
  readonly browser: FakeBrowser;
  readonly node: Node;
  readonly provers: FakeProver[] = [];
  readonly states: NodeState[] = [];
  readonly beacons: Uint8Array[] = [];
  readonly posted: Uint8Array[] = [];
  goodbye: Uint8Array | null = null;
  loads = 0;
  readonly #options: TabOptions;

  constructor(browser: FakeBrowser, options: TabOptions = {}) {
    this.browser = browser;
    this.#options = options;
    const { clock, lock, store, coordinator } = browser;
    const load = options.load ?? ((wanted) => Promise.resolve(filesOf(wanted)));
    this.node = new Node({
      ...{ clock, lock },
      random: seededRandom(1),
      store: options.store ?? store,
      channel: browser.channel(),
      about: {
        version: "1.2.3",
        commit: "abc",
        cores: 4,
        crossOriginIsolated: true,
        secureContext: true,
        simd: true,
        platform: "test",
      },
      memoryBudgetBytes: 2 ** 30,
      readConfig: () => Promise.resolve(options.config),
      connect: (connection) => {
        const transport = coordinator.transportWith(interceptors(connection));
        return coordinatorOver(transport, connection);
      },
      post: async (_, frame) => {
        this.posted.push(frame);
        return true;
      },
      togetherFrom: TOGETHER_FROM_DOMAIN,
      spawnProver: () => {
        const prover = new FakeProver(options.ready?.());
        this.provers.push(prover);
        return prover;
      },
      spawnVerifier: () => ({
        verify: () => Promise.resolve({ signature: true, digest: true, proof: true, problem: "" }),
        terminate: () => undefined,
      }),
      spawnArtifacts: () => ({
        load: (wanted) => {
          this.loads += 1;
          return load(wanted);
        },
        kernels: () => Promise.resolve(options.kernels ?? { kernels: [], reports: [] }),
        cached: () => Promise.resolve([{ circuitId: additionId, bytes: 10 }]),
        distrust: () => Promise.resolve(),
        remove: () => Promise.resolve(),
        listen: () => undefined,
        lost: new Promise(() => undefined),
        terminate: () => undefined,
      }),
      print: () => undefined,
    });
  }

  /** The page joins; with `start`, somebody presses Start, and the node runs. */
  async open(start = true): Promise<this> {
    const port = {
      onmessage: null as ((event: { readonly data: unknown }) => void) | null,
      postMessage: (message: unknown): void => this.#receive(message as ToPage, port),
    };
    const urlOptions = this.#options.urlOptions ?? { concurrency: "1" };
    const facts = { origin: "https://prove.example", urlOptions, visible: true };
    await this.node.attach(port, facts);
    if (start) await this.node.start();
    await settle();
    return this;
  }

  get state(): NodeState {
    const state = this.states.at(-1);
    if (state === undefined) throw new Error("the page has seen no state");
    return state;
  }

  /** The prover of the youngest worker. */
  get prover(): FakeProver {
    const prover = this.provers.at(-1);
    if (prover === undefined) throw new Error("no prover was made");
    return prover;
  }

  /** Log lines so far, parsed. */
  async lines(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const text = new TextDecoder().decode(await this.node.readLog());
    const lines = text.split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  #receive(
    message: ToPage,
    port: { readonly onmessage: ((event: { readonly data: unknown }) => void) | null },
  ): void {
    switch (message.type) {
      case "state":
        this.states.push(message.state);
        return;
      case "goodbye":
        this.goodbye = message.frame;
        return;
      case "beacon": {
        const queued = this.#options.beacons ?? true;
        if (queued) this.beacons.push(message.frame);
        const { id } = message;
        queueMicrotask(() => port.onmessage?.({ data: { type: "beacon-sent", id, queued } }));
        return;
      }
    }
  }
}

/** A task as the coordinator sends it. */
export const task = (number: number, input = '{"a":"2","b":"3"}') => ({
  taskId: `t_${String(number)}`,
  attemptId: number.toString(16).padStart(32, "0"),
  attemptNumber: 1,
  circuitType: "addition",
  circuitDigest: new Uint8Array(32).fill(1),
  inputDataJson: new TextEncoder().encode(input),
  ticket: new Uint8Array([number]),
  leaseTtlMs: 90_000,
  hardLimitMs: 600_000,
  manifestUrl: "/circuits/manifest.json",
  project: { name: "Demo", purpose: "", url: "", practice: true },
});

/** A tab whose node is registered and waits for tasks. */
export const running = async (): Promise<{ browser: FakeBrowser; tab: FakeTab }> => {
  const browser = new FakeBrowser();
  const tab = await new FakeTab(browser).open();
  await browser.clock.pass(250);
  return { browser, tab };
};
