import { performance } from "node:perf_hooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Lease, Queue, Wake } from "../queue/queue.ts";
import { silentLog } from "../db/testing/silent-log.ts";
import {
  attemptOf,
  circuits,
  must,
  newJob,
  openScenario,
  proofOf,
  worker,
} from "../queue/testing/scenario.ts";
import type { Scenario } from "../queue/testing/scenario.ts";
import { openDispatch } from "./open.ts";
import type { Dispatch } from "./open.ts";
import { openTickets } from "./ticket.ts";

let scenario: Scenario;
const replicas: Dispatch[] = [];
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(async () => {
  for (const replica of replicas) await replica.drain();
  await scenario.close();
});

const open = (queue: Queue): Dispatch => {
  const dispatch = openDispatch({
    queue,
    tickets: openTickets([new Uint8Array(32)]),
    served: () => [circuits.addition.id],
    log: silentLog,
    heartbeatIntervalMs: 5_000,
    leaseTtlMs: 90_000,
    streamKeepaliveMs: 10_000,
    now: () => performance.now(),
  });
  replicas.push(dispatch);
  return dispatch;
};

/** A worker with one slot whose stream is at `dispatch`; gives what arrives there. */
const connect = async (dispatch: Dispatch) => {
  const outcome = await dispatch.register({
    workerId: worker("ann"),
    profile: {
      protocolVersion: 1,
      buildVersion: "",
      circuits: "*",
      curves: ["bn128"],
      deniedCircuits: [],
      memoryBudgetBytes: 0,
      nodeClass: 0,
      maxConcurrentTasks: 1,
    },
    tokenHash: undefined,
    freshTokenHash: new Uint8Array(32),
    capabilities: {},
    heldAttempts: [],
  });
  if (outcome.outcome === "refused") return expect.unreachable();
  const { session } = outcome;
  const leases: Lease[] = [];
  const others: string[] = [];
  const abort = new AbortController();
  const ended = (async () => {
    for await (const message of dispatch.stream(session, abort.signal)) {
      if (message.kind === "assignment") leases.push(message.lease);
      else others.push(message.kind);
    }
  })().catch((error: unknown) => error);
  const close = async () => {
    abort.abort();
    await ended;
  };
  return { leases, others, close };
};

it("a verdict that another replica gave frees the slot where the stream is, for the next task", async () => {
  const there = await scenario.replica();
  const heard: Wake[] = [];
  const stop = scenario.queue.onWake((wake) => heard.push(wake));
  const here = open(scenario.queue);
  const elsewhere = open(there);
  await scenario.queue.submit(newJob(2));
  const stream = await connect(here);
  await expect.poll(() => stream.leases, { timeout: 5_000 }).toHaveLength(1);
  const lease = must(stream.leases[0]);
  heard.length = 0;

  const { verdict } = await there.accept(proofOf(await attemptOf(there, lease)));
  expect(verdict).toBe("accepted");
  // The database alone frees nothing: this replica goes by what it holds.
  expect(here.sessions.held(worker("ann"), lease.attemptId)).toBeDefined();
  elsewhere.settle(worker("ann"), lease.attemptId, true);

  await expect.poll(() => stream.leases, { timeout: 5_000 }).toHaveLength(2);
  expect(heard).toContainEqual({ kind: "settled", attempts: [lease.attemptId] });
  expect(here.sessions.held(worker("ann"), lease.attemptId)).toBeUndefined();
  expect(stream.others).not.toContain("cancel");
  stop();
  await stream.close();
});
