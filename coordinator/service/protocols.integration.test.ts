import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WantedState } from "../../src/gen/coordinator_pb.ts";
import { ErrorInfoSchema } from "../../src/gen/proving/v1/error_pb.ts";
import {
  bearer,
  clientsOf,
  openStream,
  register,
  submitAdditions,
  transports,
} from "./testing/clients.ts";
import { openTestCoordinator } from "./testing/coordinator.ts";
import type { TestCoordinator } from "./testing/coordinator.ts";

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await openTestCoordinator({ ALLOWED_ORIGINS: "https://pages.example" });
});
afterAll(() => coordinator.close());

const failureOf = async (call: Promise<unknown>): Promise<ConnectError> =>
  call.then(
    () => expect.unreachable("the call should have failed"),
    (error: unknown) => ConnectError.from(error),
  );

describe.each(Object.keys(transports))("%s", (name) => {
  const clients = () => {
    const open = transports[name];
    if (open === undefined) throw new RangeError(name);
    return clientsOf(open(coordinator.url));
  };

  it("answers a unary call", async () => {
    const { stats } = await clients().network.getStats({});
    expect(stats?.circuits.map((circuit) => circuit.circuitId)).toContain("merkle_proof");
  });

  it("streams assignments", async () => {
    const { node, jobs } = clients();
    const workerId = `streams-${name.replaceAll(/[^a-z0-9]/giu, "-")}`;
    const { sessionId } = await register(node, { workerId });
    const stream = openStream(node, { workerId, sessionId });
    const { jobId } = await submitAdditions(jobs, coordinator.ownerKey, [["1", "2"]]);
    await expect.poll(() => stream.assignments.length, { timeout: 10_000 }).toBe(1);
    const [assignment] = stream.assignments;
    expect(assignment).toMatchObject({ circuitType: "addition", attemptNumber: 1 });
    expect(assignment?.ticket).toHaveLength(32);
    expect(assignment?.circuitDigest).toHaveLength(32);
    await jobs.cancelJob({ jobId }, bearer(coordinator.ownerKey));
    await expect
      .poll(() => stream.others.flatMap((message) => message.control?.cancelAttempts ?? []))
      .toEqual([assignment?.attemptId]);
    stream.close();
  });

  it("tells an error with its reason, field, problem and remedy", async () => {
    const failure = await failureOf(
      clients().jobs.submitJob(
        {
          circuitId: "addition",
          inputs: [Buffer.from('{"a":"1"}')],
          inputsVisibleToVolunteers: true,
        },
        bearer(coordinator.ownerKey),
      ),
    );
    expect(failure.code).toBe(Code.InvalidArgument);
    const [info] = failure.findDetails(ErrorInfoSchema);
    expect(info).toMatchObject({
      reason: "INPUT_INVALID",
      field: expect.stringMatching(/^inputs\[0\]/u) as string,
    });
    expect(info?.problem).not.toBe("");
    expect(info?.remedy).not.toBe("");
  });

  it("keeps a call's deadline", async () => {
    const stats = clients().network.watchStats({}, { timeoutMs: 300 })[Symbol.asyncIterator]();
    await stats.next();
    const failure = await failureOf(stats.next());
    expect(failure.code).toBe(Code.DeadlineExceeded);
  });
});

describe("plain HTTP beside it", () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${coordinator.url}${path}`, { headers });

  it("answers curl's JSON", async () => {
    const response = await fetch(`${coordinator.url}/proving.v1.NetworkService/GetStats`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toHaveProperty("stats.circuits");
  });

  it("takes a beacon: a framed gRPC-Web heartbeat without any header of its own", async () => {
    const response = await fetch(
      `${coordinator.url}/coordinator.CoordinatorService/SendHeartbeat`,
      {
        method: "POST",
        headers: { "content-type": "application/grpc-web+proto" },
        // Flags, length 8, then worker_id = "nobody".
        body: new Uint8Array([0, 0, 0, 0, 8, 0x0a, 6, ...Buffer.from("nobody")]),
      },
    );
    const body = Buffer.from(await response.arrayBuffer());
    expect(response.status).toBe(200);
    expect(body.toString("latin1")).toContain("grpc-status: 0");
  });

  it("serves artifacts in parts, and the rest only of the very same file", async () => {
    const manifest = (await (await get("/circuits/manifest.json")).json()) as {
      circuits: { entry: { id: string; zkey: { url: string; bytes: number; sha256: string } } }[];
    };
    const zkey = manifest.circuits.find((one) => one.entry.id === "addition")?.entry.zkey;
    const path = `/circuits/${zkey?.url ?? ""}`;
    const whole = await get(path);
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(bytes).toHaveLength(zkey?.bytes ?? -1);
    expect(whole.headers.get("cache-control")).toContain("immutable");
    const etag = whole.headers.get("etag") ?? "";
    expect(etag).toBe(`"${zkey?.sha256 ?? ""}"`);

    const part = await get(path, { range: "bytes=100-199", "if-range": etag });
    expect(part.status).toBe(206);
    expect(part.headers.get("content-range")).toBe(`bytes 100-199/${bytes.length}`);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(100, 200));
    expect((await get(path, { range: "bytes=100-199", "if-range": '"older"' })).status).toBe(200);
    expect((await get(path, { range: `bytes=${bytes.length}-` })).status).toBe(416);
    expect((await get(path, { "if-none-match": etag })).status).toBe(304);
    expect((await get(`/circuits/${"0".repeat(64)}.zkey`)).status).toBe(404);

    const metrics = await (await fetch(`${coordinator.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/artifact_requests_total\{kind="zkey",status="206"\} 1/u);
  });

  it("tells its health, its version and what the page pins", async () => {
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/readyz")).status).toBe(200);
    expect(await (await get("/version.json")).json()).toMatchObject({
      name: "prove-at-home",
      protocol_version: 1,
    });
    expect(await (await get("/config.json")).json()).toMatchObject({
      pinned_manifest_keys: [expect.stringMatching(/^[0-9a-f]{64}$/u)],
    });
    expect((await get("/nowhere")).status).toBe(404);
    expect((await fetch(`${coordinator.url}/`, { method: "DELETE" })).status).toBe(405);
  });

  it.each([
    "/",
    "/config.json",
    "/circuits/manifest.json",
    "/proving.v1.NetworkService/GetStats",
    "/nowhere",
  ])("sends the security headers with %s", async (path) => {
    const { headers } = await get(path);
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("strict-transport-security")).toBeNull();
  });

  it("lets exactly the listed origins call", async () => {
    const preflight = (origin: string) =>
      fetch(`${coordinator.url}/coordinator.CoordinatorService/SendHeartbeat`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
    const allowed = (await preflight("https://pages.example")).headers;
    expect(allowed.get("access-control-allow-origin")).toBe("https://pages.example");
    expect(allowed.get("access-control-allow-credentials")).toBe("true");
    expect(allowed.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
    for (const origin of ["https://pages.example.evil", "http://pages.example", "null"]) {
      expect((await preflight(origin)).headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("tells its metrics under the seed's ten names, and nothing on the public port", async () => {
    const text = await (await fetch(`${coordinator.adminUrl}/metrics`)).text();
    for (const name of [
      "worker_connected",
      "worker_last_heartbeat_seconds",
      "worker_pool_concurrency",
      "worker_active_tasks",
      "worker_queued_tasks",
      "worker_tasks_completed_total",
      "worker_tasks_failed_total",
      "worker_proof_duration_seconds",
      "grpc_client_calls_total",
      "grpc_client_stream_duration_seconds",
    ]) {
      expect(text).toContain(`# TYPE ${name} `);
    }
    expect((await get("/metrics")).status).toBe(404);
  });

  it("lets only an administrator tell workers what to do", async () => {
    const { node } = clientsOf(
      (transports["gRPC-Web over HTTP/1.1"] ?? expect.unreachable())(coordinator.url),
    );
    const { sessionId } = await register(node, { workerId: "fleet" });
    const stream = openStream(node, { workerId: "fleet", sessionId });
    const tell = (state: string, key: string, worker = "fleet") =>
      fetch(`${coordinator.adminUrl}/workers/${worker}/${state}`, {
        method: "POST",
        ...bearer(key),
      });
    expect((await tell("paused", coordinator.ownerKey)).status).toBe(401);
    expect((await tell("dancing", coordinator.adminKey)).status).toBe(400);
    expect((await tell("paused", coordinator.adminKey, "nobody")).status).toBe(404);
    await expect.poll(async () => (await tell("paused", coordinator.adminKey)).status).toBe(200);
    await expect
      .poll(() => stream.others.some((one) => one.control?.wantedState === WantedState.PAUSED))
      .toBe(true);
    stream.close();
  });
});

describe("somebody who means harm", () => {
  // These two wait side by side.
  it.concurrent("is cut off after five seconds of saying nothing", async ({ expect }) => {
    const socket = connect(coordinator.port, "127.0.0.1");
    const started = performance.now();
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    expect(performance.now() - started).toBeGreaterThan(4_500);
    expect(performance.now() - started).toBeLessThan(8_000);
  });

  it.concurrent("is cut off when the headers do not come", async ({ expect }) => {
    const socket = connect(coordinator.port, "127.0.0.1");
    socket.on("error", () => undefined);
    const started = performance.now();
    socket.resume();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
    const drip = setInterval(() => socket.write("X-A: b\r\n"), 500);
    await new Promise((resolve) => socket.once("close", resolve));
    clearInterval(drip);
    // Five seconds, and up to two until the next look; without the timeout the drip would go on for ever.
    expect(performance.now() - started).toBeLessThan(12_000);
  });

  it("announces 4 GiB and is refused at the header", async () => {
    const before = process.memoryUsage().rss;
    const response = await fetch(
      `${coordinator.url}/coordinator.CoordinatorService/ReportCompletion`,
      {
        method: "POST",
        headers: { "content-type": "application/grpc-web+proto" },
        body: new Uint8Array([0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]),
      },
    );
    expect(Buffer.from(await response.arrayBuffer()).toString("latin1")).toMatch(/grpc-status: 8/u);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });

  it("sends a large job without a key, and none of it is kept", async () => {
    const response = await fetch(`${coordinator.url}/proving.v1.JobService/SubmitJob`, {
      method: "POST",
      headers: { "content-type": "application/proto" },
      body: new Uint8Array(8 * 2 ** 20),
    });
    expect(await response.json()).toMatchObject({ code: "resource_exhausted" });
  });

  it("speaks nonsense over HTTP/2, and others are served", async () => {
    const session = connectHttp2(coordinator.url);
    session.on("error", () => undefined);
    const stream = session.request({
      ":method": "POST",
      ":path": "/coordinator.CoordinatorService/Nothing",
    });
    const status = await new Promise((resolve) =>
      stream.once("response", (headers) => resolve(headers[":status"])),
    );
    expect(status).toBe(404);
    session.destroy();
    const socket = connect(coordinator.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    socket.write(Buffer.alloc(4_096, 0xff));
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    expect((await fetch(`${coordinator.url}/healthz`)).status).toBe(200);
  });
});
