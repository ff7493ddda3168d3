/**
 * The outbox of this node, and those of whom this browser was before: under another id, or at another coordinator. Theirs
 * are sent beside ours as long as the node runs, and hold nobody back.
 */
import type { AttemptRef, Report } from "../../domain/task.ts";
import { Outbox, type OutboxEvent, type OutboxNeeds, type OutboxStore } from "./outbox.ts";

/** Reports are sent as whom they were made by: an attempt's ticket is all that its report needs. */
export type Sender = {
  readonly store: OutboxStore;
  readonly send: OutboxNeeds["send"];
};

export type OutboxesNeeds = Omit<OutboxNeeds, "store" | "send"> & {
  readonly own: Sender;
  readonly earlier: readonly Sender[];
};

export class Outboxes {
  readonly #own: Outbox;
  readonly #all: readonly Outbox[];
  readonly #show: OutboxNeeds["show"];

  constructor({ own, earlier, ...needs }: OutboxesNeeds) {
    this.#show = needs.show;
    const shared = { ...needs, show: (event: OutboxEvent): void => this.#tell(event) };
    // What an earlier node holds is not what this one tells its coordinator of.
    const kept = (_attempt: AttemptRef): void => undefined;
    this.#own = new Outbox({ ...shared, ...own });
    this.#all = [this.#own, ...earlier.map((sender) => new Outbox({ ...shared, ...sender, kept }))];
  }

  /** Reads what earlier lives left behind, and begins to send it. */
  async open(): Promise<void> {
    await Promise.all(this.#all.map((outbox) => outbox.open()));
  }

  /** Takes the reports of all provers until their streams have ended. */
  deliver(streams: readonly AsyncIterable<Report>[]): Promise<void> {
    return this.#own.deliver(streams);
  }

  /** Resolves when everything of this node that can be delivered is. */
  empty(): Promise<void> {
    return this.#own.empty();
  }

  /** Sends what waits, now: the connection is back. */
  connected(): void {
    for (const outbox of this.#all) outbox.connected();
  }

  /** Stops sending; what is left stays on disk. */
  close(): void {
    for (const outbox of this.#all) outbox.close();
  }

  /** What waits is counted over all: to a person they are one. */
  #tell(event: OutboxEvent): void {
    if (event.type !== "outbox") this.#show(event);
    else {
      const waiting = this.#all.reduce((total, { size }) => total + size, 0);
      this.#show({ type: "outbox", waiting });
    }
  }
}
