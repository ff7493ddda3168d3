/**
 * In: reports. Out: verdicts. Promises: a report is on disk before it is first sent and stays there until the coordinator
 * has given a final verdict, over reloads, kills and days offline; it is never dropped. A full outbox holds the provers
 * back. Fails: never; a report that cannot be written is kept in memory and sent all the same, and that is said.
 */
import type { Clock, Random } from "../../domain/clock.ts";
import type { NodeNews, ReceiptRow } from "../../domain/event.ts";
import { NodeFailure } from "../../domain/failure.ts";
import type { AttemptId } from "../../domain/ids.ts";
import type { Log } from "../../domain/log.ts";
import type { ReportAnswer } from "../../domain/session.ts";
import type { AttemptRef, Proof, Receipt, Report } from "../../domain/task.ts";
import { Delivery } from "./delivery.ts";

export type OutboxNeeds = {
  readonly store: OutboxStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Reports that may wait before the provers are held back. */
  readonly capacity: number;
  readonly send: (report: Report, signal: AbortSignal) => Promise<ReportAnswer>;
  readonly show: (event: OutboxEvent) => void;
  /** The report of this attempt is on disk. */
  readonly kept: (attempt: AttemptRef) => void;
};

/** Durable, of this node at this coordinator alone. */
export type OutboxStore = {
  /** Resolves when the report would survive a power failure. */
  readonly put: (report: Report) => Promise<void>;
  readonly all: () => Promise<readonly Report[]>;
  /** Forgets the report and keeps its receipt, in one transaction. */
  readonly settle: (attempt: AttemptId, receipt: KeptReceipt | undefined) => Promise<void>;
};

/** A receipt with what it is about, so that it can be checked later. */
export type KeptReceipt = {
  readonly row: ReceiptRow;
  readonly attempt: AttemptRef;
  readonly receipt: Receipt;
  readonly proof: Proof;
};

export type OutboxEvent = Extract<NodeNews, { type: "verdict" | "outbox" | "trouble" }>;

/** Of the six connections that a browser gives an origin over HTTP/1.1, these many carry reports. */
const CONNECTIONS = 2;

export class Outbox {
  readonly #needs: OutboxNeeds;
  readonly #pending = new Map<AttemptId, Report>();
  readonly #ended = new AbortController();
  readonly #delivery: Delivery;
  /** Reports that the coordinator refuses to read: they stay, but hold nobody back. */
  readonly #parked = new Set<AttemptId>();
  #waiters: readonly (() => void)[] = [];

  constructor(needs: OutboxNeeds) {
    this.#needs = needs;
    this.#delivery = new Delivery({
      clock: needs.clock,
      random: needs.random,
      log: needs.log,
      connections: CONNECTIONS,
      send: needs.send,
      parked: (report) => {
        this.#parked.add(report.assignment.attemptId);
        this.#changed();
      },
    });
  }

  /** Undelivered attempts, oldest first. */
  get held(): readonly AttemptRef[] {
    return [...this.#pending.values()].map(({ assignment }) => assignment);
  }

  /** Undelivered reports. */
  get size(): number {
    return this.#pending.size;
  }

  /** Reads what an earlier life left behind, and begins to send it. */
  async open(): Promise<void> {
    for (const report of await this.#needs.store.all()) {
      this.#needs.kept(report.assignment);
      this.#send(report);
    }
    this.#changed();
  }

  /** Takes the reports of all provers until their streams have ended. */
  async deliver(streams: readonly AsyncIterable<Report>[]): Promise<void> {
    await Promise.all(
      streams.map(async (reports) => {
        for await (const report of reports) await this.keep(report);
      }),
    );
  }

  /** Keeps a report and begins to send it; resolves when it is safe and there is room for another. */
  async keep(report: Report): Promise<void> {
    try {
      await this.#needs.store.put(report);
      this.#needs.kept(report.assignment);
    } catch (reason) {
      const { code, message } = NodeFailure.from(reason, "platform");
      const text = `a report could not be written to storage and is kept in memory: ${message}`;
      this.#needs.log.error("Report not written", { error: message });
      this.#needs.show({ type: "trouble", code, message: text });
    }
    this.#send(report);
    this.#changed();
    await this.#until(() => this.#waiting < this.#needs.capacity);
  }

  /** Resolves when everything that can be delivered is. */
  async empty(): Promise<void> {
    await this.#until(() => this.#waiting === 0);
  }

  /** Sends what waits, now: the connection is back. */
  connected(): void {
    this.#delivery.wake();
  }

  /** Stops sending; what is left stays on disk. */
  close(): void {
    this.#ended.abort(new NodeFailure("cancelled", "the node stops"));
    this.#changed();
  }

  get #waiting(): number {
    return this.#pending.size - this.#parked.size;
  }

  #send(report: Report): void {
    const { attemptId } = report.assignment;
    this.#pending.set(attemptId, report);
    void this.#delivery.deliver(report, this.#ended.signal).then(
      (answer) => this.#settle(report, answer),
      // Only the end of the outbox ends a delivery; the report is on disk.
      () => undefined,
    );
  }

  async #settle(report: Report, answer: ReportAnswer): Promise<void> {
    const { attemptId, taskId, circuitId } = report.assignment;
    const kept = receiptOf(report, answer);
    try {
      await this.#needs.store.settle(attemptId, kept);
    } catch (reason) {
      // It will be sent once more in a later life, and get the same verdict.
      this.#needs.log.error("Verdict not written", { error: NodeFailure.from(reason).message });
    }
    this.#pending.delete(attemptId);
    this.#parked.delete(attemptId);
    const { verdict, message } = answer;
    this.#needs.log.info("Report answered", { task_id: taskId, circuit_type: circuitId, verdict });
    const receipt = kept === undefined ? {} : { receipt: kept.row };
    this.#needs.show({ type: "verdict", attemptId, verdict, message, ...receipt });
    this.#changed();
  }

  #changed(): void {
    this.#needs.show({ type: "outbox", waiting: this.#pending.size });
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }

  /** Returns at once when the outbox is closed: nobody is held back by what cannot change. */
  async #until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.#ended.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiters = [...this.#waiters, resolve];
      });
    }
  }
}

const receiptOf = (report: Report, answer: ReportAnswer): KeptReceipt | undefined => {
  if (report.kind !== "completion" || answer.receipt === undefined) return undefined;
  const { assignment, proof } = report;
  const { receipt, acceptedAtMs, credited } = answer.receipt;
  const { attemptId, circuitId, project } = assignment;
  const { durationMs } = proof;
  const row = { attemptId, circuitId, project, durationMs, acceptedAtMs, credited };
  return { row, attempt: assignment, receipt, proof };
};
