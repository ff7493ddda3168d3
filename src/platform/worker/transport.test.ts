import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { describe, expect, it } from "vitest";
import { workerId } from "../../domain/ids.ts";
import type { Offer } from "../../domain/session.ts";
import { ScriptedCoordinator } from "../../testing/coordinator.ts";
import { the } from "../../testing/prover.ts";
import { coordinatorOver, interceptors } from "./transport.ts";

const id = the(workerId("node-1"));
const { signal } = new AbortController();

const offer: Offer = {
  workerId: id,
  slots: 2,
  curves: ["bn128"],
  buildVersion: "1",
  kernels: ["fma2", "scalar9"],
  engine: "",
  cores: 1,
  selfTestMs: 64,
  memoryBudgetBytes: 0,
  cachedZkeys: [],
  held: [],
  token: "",
  deniedCircuits: [],
};

/** A coordinator behind a `fetch` of the test's. */
const behind = (answer: typeof fetch) => {
  const counted: string[] = [];
  const options = {
    workerId: id,
    token: () => "t0ken",
    called: (method: string, status: string) => counted.push(`${method} ${status}`),
  };
  const transport = createGrpcWebTransport({
    baseUrl: "http://localhost",
    fetch: answer,
    interceptors: interceptors(options),
  });
  return { coordinator: coordinatorOver(transport, options), counted };
};

const refusing = (status: string): typeof fetch => {
  const headers = { "content-type": "application/grpc-web+proto", "grpc-status": status };
  return () => Promise.resolve(new Response(new Uint8Array(), { headers }));
};

describe("the coordinator over gRPC-Web", () => {
  it("a network failure, which fetch tells as a TypeError, is unreachable", async () => {
    const { coordinator, counted } = behind(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(coordinator.register(offer, signal)).rejects.toMatchObject({
      code: "unreachable",
    });
    await expect(coordinator.reach(signal)).rejects.toMatchObject({ code: "unreachable" });
    expect(counted[0]).toBe("RegisterWorker UNKNOWN");
  });

  it.each([
    ["3", "INVALID_ARGUMENT", "refused"],
    ["4", "DEADLINE_EXCEEDED", "unreachable"],
    ["8", "RESOURCE_EXHAUSTED", "unreachable"],
    ["9", "FAILED_PRECONDITION", "refused"],
    ["14", "UNAVAILABLE", "unreachable"],
    ["16", "UNAUTHENTICATED", "refused"],
  ])("gRPC status %s is counted as %s and means %s", async (status, name, code) => {
    const { coordinator, counted } = behind(refusing(status));
    await expect(coordinator.register(offer, signal)).rejects.toMatchObject({ code });
    expect(counted).toEqual([`RegisterWorker ${name}`]);
  });

  it("is reached by whatever it answers", async () => {
    await expect(behind(refusing("12")).coordinator.reach(signal)).resolves.toBeUndefined();
    await expect(behind(refusing("14")).coordinator.reach(signal)).rejects.toMatchObject({
      code: "unreachable",
    });
  });

  it("a call that is aborted is cancelled", async () => {
    const end = new AbortController();
    const never: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () =>
          reject(new DOMException("aborted", "AbortError")),
        );
      });
    const call = behind(never).coordinator.register(offer, end.signal);
    end.abort();
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
  });

  it("sends the token with each call", async () => {
    const seen: (string | null)[] = [];
    const { coordinator } = behind((_, init) => {
      seen.push(new Headers(init?.headers).get("authorization"));
      return Promise.reject(new TypeError("Failed to fetch"));
    });
    await coordinator.register(offer, signal).catch(() => undefined);
    expect(seen).toEqual(["Bearer t0ken"]);
  });

  it("hands on the stream until it is aborted", async () => {
    const scripted = new ScriptedCoordinator();
    const options = { workerId: id, token: () => "", called: () => undefined };
    const coordinator = coordinatorOver(scripted.transportWith(), options);
    const { sessionId } = await coordinator.register(offer, signal);
    const end = new AbortController();
    const stream = coordinator.tasks({ sessionId }, end.signal);
    const first = stream.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    scripted.send({});
    expect((await first).value).toEqual({ type: "keepalive" });
    end.abort();
    await expect(stream.next()).rejects.toMatchObject({ code: "cancelled" });
  });
});
