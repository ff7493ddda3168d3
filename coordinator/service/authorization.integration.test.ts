import { Code, ConnectError } from "@connectrpc/connect";
import type { CallOptions } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  bearer,
  clientsOf,
  grpcWeb,
  openStream,
  register,
  submitAdditions,
  transports,
} from "./testing/clients.ts";
import { openTestCoordinator } from "./testing/coordinator.ts";
import type { TestCoordinator } from "./testing/coordinator.ts";

let coordinator: TestCoordinator;
let workerToken = "";
let taskId = "";
let jobId = "";

beforeAll(async () => {
  coordinator = await openTestCoordinator({ ALLOW_LEGACY_WORKERS: "never" });
  const { node, jobs } = clientsOf(grpcWeb(coordinator.url));
  workerToken = (await register(node, { workerId: "worker" })).workerToken;
  const job = await submitAdditions(jobs, coordinator.ownerKey, [["1", "2"]]);
  jobId = job.jobId;
  taskId = job.tasks[0] ?? "";
});
afterAll(() => coordinator.close());

const callers = {
  none: () => ({}),
  owner: () => bearer(coordinator.ownerKey),
  admin: () => bearer(coordinator.adminKey),
  worker: () => bearer(workerToken),
  "revoked or guessed": () => bearer(`pah_owner_${"A".repeat(43)}`),
} as const;
type CallerName = keyof typeof callers;

type Clients = ReturnType<typeof clientsOf>;
type Call = (clients: Clients, options: CallOptions) => Promise<unknown>;

const first = async (messages: AsyncIterable<unknown>): Promise<unknown> =>
  messages[Symbol.asyncIterator]().next();

const addCircuit: Call = ({ circuits }, options) =>
  circuits.addCircuit(
    (async function* () {
      yield { part: { case: "header" as const, value: { id: "x", wasmBytes: 1n, zkeyBytes: 0n } } };
    })(),
    options,
  );

const { Unauthenticated, PermissionDenied, InvalidArgument, NotFound, FailedPrecondition } = Code;
const unknownTask = { taskId: "t_0", workerId: "worker" };

/** Each RPC, and for each caller the code: 0 = answered. Codes after the gate show that the gate was passed. */
const owners = {
  none: Unauthenticated,
  worker: Unauthenticated,
  "revoked or guessed": Unauthenticated,
};
const table: readonly (readonly [string, Call, Readonly<Record<CallerName, number>>])[] = [
  [
    "SubmitJob",
    ({ jobs }, o) => jobs.submitJob({ circuitId: "addition" }, o),
    { ...owners, owner: FailedPrecondition, admin: FailedPrecondition },
  ],
  ["GetJob", ({ jobs }, o) => jobs.getJob({ jobId }, o), { ...owners, owner: 0, admin: 0 }],
  ["ListJobs", ({ jobs }, o) => jobs.listJobs({}, o), { ...owners, owner: 0, admin: 0 }],
  [
    "WatchJob",
    ({ jobs }, o) => first(jobs.watchJob({ jobId }, o)),
    { ...owners, owner: 0, admin: 0 },
  ],
  ["RetryDead", ({ jobs }, o) => jobs.retryDead({ jobId }, o), { ...owners, owner: 0, admin: 0 }],
  [
    "GetProof",
    ({ jobs }, o) => jobs.getProof({ taskId }, o),
    { ...owners, owner: FailedPrecondition, admin: FailedPrecondition },
  ],
  [
    "CancelJob",
    ({ jobs }, o) => jobs.cancelJob({ jobId: "j_0" }, o),
    { ...owners, owner: NotFound, admin: NotFound },
  ],
  ["AddCircuit", addCircuit, { ...owners, owner: PermissionDenied, admin: InvalidArgument }],
  [
    "RemoveCircuit",
    ({ circuits }, o) => circuits.removeCircuit({ id: "addition" }, o),
    { ...owners, owner: PermissionDenied, admin: FailedPrecondition },
  ],
  [
    "ListCircuits",
    ({ circuits }, o) => circuits.listCircuits({}, o),
    { none: 0, owner: 0, admin: 0, worker: 0, "revoked or guessed": 0 },
  ],
  [
    "GetStats",
    ({ network }, o) => network.getStats({}, o),
    { none: 0, owner: 0, admin: 0, worker: 0, "revoked or guessed": 0 },
  ],
  [
    "WatchStats",
    ({ network }, o) => first(network.watchStats({}, o)),
    { none: 0, owner: 0, admin: 0, worker: 0, "revoked or guessed": 0 },
  ],
  [
    "RegisterWorker",
    ({ node }, o) =>
      node.registerWorker(
        { workerId: "worker", maxConcurrentTasks: 1, protocolVersion: 1, curves: ["bn128"] },
        o,
      ),
    {
      none: Unauthenticated,
      owner: Unauthenticated,
      admin: Unauthenticated,
      worker: 0,
      "revoked or guessed": Unauthenticated,
    },
  ],
  [
    "SendHeartbeat",
    ({ node }, o) => node.sendHeartbeat({ workerId: "worker", sequence: 1n }, o),
    {
      none: Unauthenticated,
      owner: Unauthenticated,
      admin: Unauthenticated,
      worker: 0,
      "revoked or guessed": Unauthenticated,
    },
  ],
  [
    "ReceiveTasks",
    ({ node }, o) => first(node.receiveTasks({ workerId: "worker" }, { ...o, timeoutMs: 10_000 })),
    {
      none: Unauthenticated,
      owner: Unauthenticated,
      admin: Unauthenticated,
      worker: 0,
      "revoked or guessed": Unauthenticated,
    },
  ],
  [
    "StartTask",
    ({ node }, o) => node.startTask(unknownTask, o),
    {
      none: Unauthenticated,
      owner: Unauthenticated,
      admin: Unauthenticated,
      worker: 0,
      "revoked or guessed": Unauthenticated,
    },
  ],
  [
    "ReportCompletion",
    ({ node }, o) => node.reportCompletion(unknownTask, o),
    {
      none: Unauthenticated,
      owner: Unauthenticated,
      admin: Unauthenticated,
      worker: InvalidArgument,
      "revoked or guessed": Unauthenticated,
    },
  ],
  [
    "ReportFailure",
    ({ node }, o) => node.reportFailure(unknownTask, o),
    {
      none: Unauthenticated,
      owner: Unauthenticated,
      admin: Unauthenticated,
      worker: 0,
      "revoked or guessed": Unauthenticated,
    },
  ],
];

const codeOf = async (call: Promise<unknown>): Promise<number> =>
  call.then(
    () => 0,
    (error: unknown) => ConnectError.from(error).code,
  );

const cases = table.flatMap(([rpc, call, expected]) =>
  (Object.keys(callers) as CallerName[]).map((caller) => ({
    rpc,
    call,
    caller,
    code: expected[caller],
  })),
);

describe("who may call what", () => {
  it("covers every RPC", () => {
    expect(table).toHaveLength(18);
  });

  it.each(cases)("$rpc by $caller: code $code", async ({ rpc, call, caller, code }) => {
    // A client stream needs HTTP/2; everything else goes as the browser sends it.
    const open = rpc === "AddCircuit" ? transports["gRPC over HTTP/2"] : grpcWeb;
    const clients = clientsOf((open ?? grpcWeb)(coordinator.url));
    expect(await codeOf(call(clients, callers[caller]()))).toBe(code);
  });
});

describe("a ticket", () => {
  it("lets exactly its worker speak for exactly its attempt", async () => {
    const { node } = clientsOf(grpcWeb(coordinator.url));
    const registration = await register(node, { workerId: "worker", token: workerToken });
    const stream = openStream(node, { workerId: "worker", sessionId: registration.sessionId });
    await expect.poll(() => stream.assignments.length, { timeout: 10_000 }).toBe(1);
    const [assignment] = stream.assignments;
    const { ticket, attemptId } = assignment ?? expect.unreachable();
    const start = (changes: object) =>
      codeOf(node.startTask({ taskId, workerId: "worker", attemptId, ticket, ...changes }));
    expect(await start({ workerId: "other" })).toBe(Unauthenticated);
    expect(await start({ taskId: "t_0" })).toBe(Unauthenticated);
    expect(await start({ attemptId: "0".repeat(32) })).toBe(Unauthenticated);
    expect(await start({ ticket: new Uint8Array(32) })).toBe(Unauthenticated);
    expect(await start({})).toBe(0);
    stream.close();
  });

  it("is asked for whenever an attempt is named, also of a worker with the right token", async () => {
    const { node } = clientsOf(grpcWeb(coordinator.url));
    const none = new Uint8Array();
    const start = (attemptId: string, ticket: Uint8Array) =>
      codeOf(node.startTask({ taskId, workerId: "worker", attemptId, ticket }, callers.worker()));
    expect(await start("0".repeat(32), none)).toBe(Unauthenticated);
    expect(await start("", new Uint8Array(32))).toBe(Unauthenticated);
    // The seed's fields: neither of the two.
    expect(await start("", none)).toBe(0);
  });
});

describe("a session", () => {
  it("is opened by its own id or token and by no other", async () => {
    const { node } = clientsOf(grpcWeb(coordinator.url));
    const { sessionId, workerToken: token } = await register(node, { workerId: "mine" });
    const heartbeat = (claim: object) =>
      node.sendHeartbeat({ workerId: "mine", sequence: 1n, ...claim });
    expect(await heartbeat({ sessionId })).toMatchObject({ success: true });
    expect(await heartbeat({ workerToken: token })).toMatchObject({ success: true });
    expect(await heartbeat({ sessionId: "0".repeat(32) })).toMatchObject({
      success: false,
      reregister: true,
    });
    expect(await codeOf(heartbeat({ sessionId, workerToken: "wrong" }))).toBe(Unauthenticated);
  });
});
