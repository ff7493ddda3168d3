/** A node's storage in memory; it outlives the node that used it, as a device's does. */
import { NodeFailure } from "../domain/failure.ts";
import type { AttemptId } from "../domain/ids.ts";
import type { Report } from "../domain/task.ts";
import type { NodeStore } from "../node/node-needs.ts";
import type { KeptReceipt, OutboxStore } from "../node/outbox/outbox.ts";

export class MemoryStore implements NodeStore {
  readonly reports = new Map<string, Report>();
  readonly kept: KeptReceipt[] = [];
  readonly lines: string[] = [];
  /** Every write of a report from now on fails. */
  full = false;
  readonly #values = new Map<string, unknown>();

  readonly values = {
    get: (name: string): Promise<unknown> => Promise.resolve(this.#values.get(name)),
    set: async (name: string, value: unknown): Promise<void> => {
      this.#values.set(name, structuredClone(value));
    },
  };

  readonly ring = {
    append: async (lines: readonly string[]): Promise<void> => {
      this.lines.push(...lines);
    },
    all: (): Promise<readonly string[]> => Promise.resolve(this.lines),
  };

  readonly outbox = (scope: string): OutboxStore => ({
    put: async (report) => {
      if (this.full) throw new NodeFailure("platform", "storage is full");
      this.reports.set(`${scope} ${report.assignment.attemptId}`, structuredClone(report));
    },
    all: () =>
      Promise.resolve(
        [...this.reports]
          .filter(([key]) => key.startsWith(`${scope} `))
          .map(([, report]) => report),
      ),
    settle: async (attempt: AttemptId, receipt) => {
      this.reports.delete(`${scope} ${attempt}`);
      if (receipt !== undefined) this.kept.push(receipt);
    },
  });

  readonly outboxScopes = (): Promise<readonly string[]> =>
    Promise.resolve([
      ...new Set([...this.reports.keys()].map((key) => key.slice(0, key.lastIndexOf(" ")))),
    ]);

  readonly receipt = (attemptId: string): Promise<KeptReceipt | undefined> =>
    Promise.resolve(this.kept.find(({ row }) => row.attemptId === attemptId));

  readonly receipts = (): Promise<readonly KeptReceipt[]> =>
    Promise.resolve([...this.kept].reverse());
}
