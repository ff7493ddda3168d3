/** A pool with fake provers, whose tasks a test gives one by one. */
import { create } from "@bufbuild/protobuf";
import type { Doubt } from "../artifacts/protocol.ts";
import type { Assignment, Report } from "../domain/task.ts";
import { TaskAssignmentSchema } from "../gen/coordinator_pb.ts";
import { Pool } from "../node/pool/pool.ts";
import type { PoolEvent, PoolNeeds } from "../node/pool/prover.ts";
import type { ProverReady } from "../prover/protocol.ts";
import { fromTaskAssignment } from "../wire/assignment.ts";
import { FakeClock, settle } from "./clock.ts";
import { silentLog } from "./log.ts";
import { task } from "./node.ts";
import { FakeProver, filesOf, the } from "./prover.ts";
import { noDice } from "./random.ts";

/** A task that the coordinator would give. */
export const assignment = (number: number, change: Partial<Assignment> = {}): Assignment => {
  const read = fromTaskAssignment(create(TaskAssignmentSchema, task(number)));
  if (read.type !== "task") throw new Error("not a task");
  return { ...read.assignment, ...change };
};

export type PoolSetup = {
  readonly concurrency?: number;
  readonly begin?: PoolNeeds["begin"];
  readonly load?: PoolNeeds["load"];
  readonly ready?: (made: number) => Promise<ProverReady>;
  readonly togetherFrom?: number;
  readonly memoryBudgetBytes?: number;
};

const yes: PoolNeeds["begin"] = () => Promise.resolve({ go: true });
/** A pool with its tasks given one by one; `close` ends them. */
export const pooled = ({
  begin = yes,
  concurrency = 1,
  load,
  ready,
  togetherFrom = Infinity,
  memoryBudgetBytes = 0,
}: PoolSetup = {}) => {
  const clock = new FakeClock();
  const provers: FakeProver[] = [];
  const events: PoolEvent[] = [];
  const reports: Report[] = [];
  const begun: string[] = [];
  const declined: string[][] = [];
  const doubts: Doubt[] = [];
  const waiting: Assignment[] = [];
  let notify = (): void => undefined;
  let closed = false;
  const pool = new Pool(
    {
      clock,
      random: noDice,
      ...{ togetherFrom, memoryBudgetBytes },
      log: silentLog,
      spawn: () => {
        const prover = new FakeProver(ready?.(provers.length));
        provers.push(prover);
        return prover;
      },
      load: load ?? ((wanted) => Promise.resolve(filesOf(wanted))),
      begin: (attempt, signal) => {
        begun.push(attempt.taskId);
        return begin(attempt, signal);
      },
      handBack: () => undefined,
      doubt: (doubt) => doubts.push(doubt),
      decline: ({ taskId }, why) => declined.push([taskId, why.code]),
      allowUnsigned: () => false,
      show: (event) => events.push(event),
    },
    concurrency,
  );
  async function* tasks(): AsyncGenerator<Assignment> {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (closed) return;
      else
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
    }
  }
  const streams = pool.prove(tasks()).map(async (stream) => {
    for await (const report of stream) reports.push(report);
  });
  const give = async (...given: readonly Assignment[]): Promise<void> => {
    waiting.push(...given);
    notify();
    await settle();
  };
  const close = async (): Promise<void> => {
    closed = true;
    notify();
    await Promise.all(streams);
  };
  const proverOf = (index: number): FakeProver => the(provers[index]);
  return { begun, clock, close, declined, doubts, events, give, pool, proverOf, provers, reports };
};
