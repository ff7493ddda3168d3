import { describe, expect, it } from "vitest";
import { attemptId } from "../../domain/ids.ts";
import type { Downlink } from "../../domain/session.ts";
import type { Assignment } from "../../domain/task.ts";
import { create } from "@bufbuild/protobuf";
import { TaskAssignmentSchema } from "../../gen/coordinator_pb.ts";
import { settle } from "../../testing/clock.ts";
import { task } from "../../testing/node.ts";
import { the } from "../../testing/prover.ts";
import { silentLog } from "../../testing/log.ts";
import { fromTaskAssignment } from "../../wire/assignment.ts";
import { Inbox } from "./inbox.ts";

const assignment = (number: number): Assignment => {
  const read: Downlink = fromTaskAssignment(create(TaskAssignmentSchema, task(number)));
  if (read.type !== "task") throw new Error("not a task");
  return read.assignment;
};

/** Counts how many were pulled from it. */
const source = (numbers: readonly number[]) => {
  const pulled: number[] = [];
  async function* all(): AsyncGenerator<Assignment> {
    for (const number of numbers) {
      pulled.push(number);
      yield assignment(number);
    }
  }
  return { all: all(), pulled };
};

const inboxOf = (capacity: number) => {
  const counts: number[] = [];
  const taken: string[] = [];
  const inbox = new Inbox({
    capacity,
    log: silentLog,
    known: (attempt) => attempt === task(99).attemptId,
    taken: ({ taskId }) => taken.push(taskId),
    waiting: (count) => counts.push(count),
  });
  return { inbox, counts, taken };
};

describe("the inbox", () => {
  it("hands out oldest first, and ends when its source has ended and it is empty", async () => {
    const { inbox } = inboxOf(4);
    const taken: string[] = [];
    for await (const { taskId } of inbox.hold(source([1, 2, 3]).all)) taken.push(taskId);
    expect(taken).toEqual(["t_1", "t_2", "t_3"]);
  });

  it("does not ask for more than it has room for, and drops nothing", async () => {
    const { inbox } = inboxOf(2);
    const { all, pulled } = source([1, 2, 3, 4, 5]);
    const tasks = inbox.hold(all)[Symbol.asyncIterator]();
    await settle();
    expect(pulled).toEqual([1, 2]);
    const taken: string[] = [];
    for (let next = await tasks.next(); next.done !== true; next = await tasks.next()) {
      taken.push(next.value.taskId);
      await settle();
    }
    expect(taken).toEqual(["t_1", "t_2", "t_3", "t_4", "t_5"]);
  });

  it("takes an attempt once, however often it comes", async () => {
    const { inbox, taken } = inboxOf(4);
    const handed: string[] = [];
    for await (const { taskId } of inbox.hold(source([1, 1, 99, 2, 1]).all)) handed.push(taskId);
    expect(handed).toEqual(["t_1", "t_2"]);
    expect(taken).toEqual(["t_1", "t_2"]);
  });

  it("serves several takers, each task once", async () => {
    const { inbox } = inboxOf(4);
    const tasks = inbox.hold(source([1, 2]).all)[Symbol.asyncIterator]();
    const [first, second, third] = await Promise.all([tasks.next(), tasks.next(), tasks.next()]);
    expect([first, second].map(({ value }) => (value as Assignment).taskId)).toEqual([
      "t_1",
      "t_2",
    ]);
    expect(third.done).toBe(true);
  });

  it("lets go of one that is cancelled", async () => {
    const { inbox, counts } = inboxOf(4);
    inbox.hold(source([1, 2]).all);
    await settle();
    expect(inbox.remove(the(attemptId(task(1).attemptId)))).toBe(true);
    expect(inbox.remove(the(attemptId(task(9).attemptId)))).toBe(false);
    expect(counts.at(-1)).toBe(1);
  });

  it("closed hands over what waits, and its takers learn that there is no more", async () => {
    const { inbox } = inboxOf(4);
    const tasks = inbox.hold(source([1, 2]).all)[Symbol.asyncIterator]();
    await settle();
    expect(inbox.close().map(({ taskId }) => taskId)).toEqual(["t_1", "t_2"]);
    expect(await tasks.next()).toEqual({ done: true, value: undefined });
  });
});
