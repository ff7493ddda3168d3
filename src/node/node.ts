/** The node as its page calls it. Joins life cycle, leadership, settings, log and receipts; holds no logic of its own. */
import type { NodeNews } from "../domain/event.ts";
import { NodeFailure } from "../domain/failure.ts";
import { circuitId as parseCircuitId } from "../domain/ids.ts";
import type { Log } from "../domain/log.ts";
import type { NodeState } from "../store/state.ts";
import { Board } from "./board.ts";
import { receiptKeys } from "./identity.ts";
import { Leadership, type TabCommand } from "./leadership.ts";
import { LifeCycle } from "./life.ts";
import { makeRun } from "./make-run.ts";
import type { NodeNeeds } from "./node-needs.ts";
import type { KeptReceipt } from "./outbox/outbox.ts";
import { PagePort } from "./page-port.ts";
import type {
  About,
  ConfigureOutcome,
  EffectiveSettings,
  MessagePortLike,
  NodeApi,
  PageChange,
  PageFacts,
  ReceiptCheck,
  Settings,
} from "./protocol.ts";
import { verifyKept } from "./receipts.ts";
import type { Run } from "./run.ts";
import { SettingsKeeper, type Loaded } from "./settings/settings.ts";
import { Shelf } from "./shelf.ts";
import { LogBook } from "./telemetry/log.ts";
import { Ring } from "./telemetry/ring.ts";

export class Node implements NodeApi {
  readonly #needs: NodeNeeds;
  readonly #ring: Ring;
  readonly #book: LogBook;
  readonly #log: Log;
  readonly #board: Board;
  readonly #page: PagePort;
  readonly #keeper: SettingsKeeper;
  readonly #shelf: Shelf;
  readonly #life: LifeCycle;
  readonly #leadership: Leadership;
  #facts: PageFacts = { origin: "", urlOptions: {}, visible: true };
  #loaded: Loaded | undefined;
  #engine = "";

  constructor(needs: NodeNeeds) {
    this.#needs = needs;
    const { about, clock, print, random, readConfig, store } = needs;
    const failed = ({ code, message }: NodeFailure): void => {
      const text = `the log cannot be stored and is kept in memory: ${message}`;
      this.#tell({ type: "trouble", code, message: text });
    };
    this.#ring = new Ring({ store: store.ring, clock, print, failed });
    this.#book = new LogBook(this.#ring, clock);
    this.#log = this.#book.at();
    this.#page = new PagePort({ clock, post: needs.post });
    this.#board = new Board(clock, (state) => this.#show(state));
    const values = store.values;
    this.#keeper = new SettingsKeeper({ store: values, readConfig, cores: about.cores, random });
    this.#shelf = new Shelf({
      log: this.#log,
      spawn: needs.spawnArtifacts,
      tell: (message) => this.#tell(message),
      store: values,
    });
    this.#life = new LifeCycle({
      clock,
      log: this.#log,
      tell: (news) => this.#tell(news),
      version: about.version,
      cores: about.cores,
      readOptions: () => this.#facts.urlOptions,
      loadSettings: async () => (await this.#reload()).effective,
      makeRun: (signal) => this.#makeRun(signal),
      flush: () => this.#ring.flush(),
    });
    this.#leadership = this.#makeLeadership();
  }

  async attach(port: MessagePortLike, page: PageFacts): Promise<void> {
    this.#facts = page;
    this.#page.open(port);
    await this.#leadership.join(new AbortController().signal);
  }

  async start(): Promise<void> {
    if (this.#leadership.leads) this.#life.start();
    else this.#leadership.pass({ name: "start" });
  }

  async stop(): Promise<void> {
    if (this.#leadership.leads) await this.#life.stop();
    else this.#leadership.pass({ name: "stop" });
  }

  async configure(changes: Partial<Settings>): Promise<ConfigureOutcome> {
    const outcome = await this.#keeper.configure(changes);
    if (!outcome.saved) return outcome;
    await this.#reload();
    if (!this.#leadership.leads) this.#leadership.pass({ name: "settings-changed" });
    return { saved: true, needsRestart: outcome.needsRestart && this.#life.run !== undefined };
  }

  async settings(): Promise<EffectiveSettings> {
    return (await this.#reload()).effective;
  }

  readLog(): Promise<Uint8Array> {
    return this.#ring.read();
  }

  verifyReceipt(attemptId: string): Promise<ReceiptCheck> {
    const { clock, spawnVerifier, store } = this.#needs;
    const needs = {
      clock,
      receipt: store.receipt,
      knownKeys: () => receiptKeys(store.values),
      vkeyOf: ({ attempt }: KeptReceipt) => this.#shelf.vkeyOf(attempt.zkeyDigest),
      spawn: spawnVerifier,
    };
    return verifyKept(needs, attemptId);
  }

  async pageChanged(change: PageChange): Promise<void> {
    const { run } = this.#life;
    switch (change) {
      case "visible":
      case "hidden":
        this.#facts = { ...this.#facts, visible: change === "visible" };
        if (change === "visible") run?.wake();
        else await this.#ring.flush();
        return;
      case "online":
        run?.wake();
        return;
      case "offline":
        this.#log.info("The browser says that it is offline");
        return;
      case "freeze":
        await this.#ring.flush();
        return;
      case "resume":
        run?.reopen("the page was frozen");
        return;
      case "pageshow":
        run?.reopen("the page said goodbye and came back");
        return;
    }
  }

  async removeCircuit(circuitId: string): Promise<void> {
    if (!this.#leadership.leads) {
      this.#leadership.pass({ name: "remove-circuit", circuitId });
      return;
    }
    const circuit = parseCircuitId(circuitId);
    if (circuit !== undefined) await this.#shelf.remove(circuit);
  }

  async about(): Promise<About> {
    return { ...this.#needs.about, engine: this.#life.run?.engine ?? this.#engine };
  }

  async #showReceipts(): Promise<void> {
    try {
      const kept = await this.#needs.store.receipts();
      this.#tell({ type: "receipts", receipts: kept.map(({ row }) => row) });
    } catch (reason) {
      const { code, message } = NodeFailure.from(reason, "platform");
      this.#tell({ type: "trouble", code, message: `storage cannot be read: ${message}` });
    }
  }

  #makeLeadership(): Leadership {
    const { channel, clock, lock, random } = this.#needs;
    return new Leadership({
      ...{ channel, clock, lock, random },
      log: this.#log,
      lead: (goOn) => {
        this.#tell({ type: "phase", phase: { name: "idle" } });
        void this.#showReceipts();
        if (goOn) this.#life.start();
      },
      follow: () => {
        this.#life.abandon();
        this.#shelf.close();
        // Until that tab tells more, which it does when it is asked.
        this.#board.watch(this.#board.state);
      },
      watch: (state) => this.#board.watch(state),
      command: (command) => this.#obey(command),
      state: () => this.#board.state,
    });
  }

  #obey(command: TabCommand): void {
    switch (command.name) {
      case "start":
        this.#life.start();
        return;
      case "stop":
        void this.#life.stop();
        return;
      case "settings-changed":
        void this.#reload();
        return;
      case "remove-circuit":
        void this.removeCircuit(command.circuitId);
        return;
    }
  }

  async #reload(): Promise<Loaded> {
    const loaded = await this.#keeper.load(this.#facts.urlOptions);
    const { allowUnsigned } = loaded.effective.values;
    const allowedBefore = this.#loaded?.effective.values.allowUnsigned ?? allowUnsigned;
    this.#loaded = loaded;
    if (allowUnsigned && !allowedBefore) this.#life.run?.allowDenied();
    this.#book.level = loaded.effective.values.logLevel;
    return loaded;
  }

  async #makeRun(signal: AbortSignal): Promise<Run> {
    const loaded = this.#loaded ?? (await this.#reload());
    return makeRun(
      {
        ...this.#needs,
        log: this.#log,
        page: this.#page,
        shelf: this.#shelf,
        leads: () => this.#leadership.check(),
        hide: (secret) => this.#book.hide(secret),
        hidden: () => !this.#facts.visible,
        tell: (news) => this.#tell(news),
        pageOrigin: this.#facts.origin,
        latest: () => (this.#loaded ?? loaded).effective.values,
      },
      loaded,
      signal,
    );
  }

  #tell(news: NodeNews): void {
    this.#board.tell(news);
  }

  #show(state: NodeState): void {
    this.#engine = this.#life.run?.engine ?? this.#engine;
    this.#leadership.publish(state);
    this.#page.showState(state);
  }
}
