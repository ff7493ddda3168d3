/**
 * A coordinator that does what a test tells it, behind Connect's own in-memory transport: requests are serialized, errors
 * and streams are real.
 */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createRouterTransport,
  type ConnectRouter,
  type Interceptor,
  type Transport,
} from "@connectrpc/connect";
import { NodeFailure } from "../domain/failure.ts";
import {
  CoordinatorService,
  HeartbeatResponseSchema,
  RegisterWorkerResponseSchema,
  StartTaskResponseSchema,
  TaskAssignmentSchema,
  TaskCompletionResponseSchema,
  TaskFailureResponseSchema,
  Verdict,
} from "../gen/coordinator_pb.ts";
import type {
  HeartbeatRequest,
  RegisterWorkerRequest,
  StartTaskRequest,
  TaskAssignment,
  TaskCompletionRequest,
  TaskFailureRequest,
} from "../gen/coordinator_pb.ts";
import { NetworkService } from "../gen/proving/v1/network_pb.ts";

/**
 * "works": answers. "down": the network refuses. "silent": nothing ever comes back. "mute": a registration is carried out,
 * and its answer is lost. "unknown": has no such method.
 */
type Mood = "works" | "down" | "silent" | "mute" | "unknown";
type Method = "reach" | "register" | "heartbeat" | "tasks" | "start" | "completion" | "failure";

export class ScriptedCoordinator {
  readonly registrations: RegisterWorkerRequest[] = [];
  readonly heartbeats: HeartbeatRequest[] = [];
  readonly starts: StartTaskRequest[] = [];
  readonly completions: TaskCompletionRequest[] = [];
  readonly failures: TaskFailureRequest[] = [];
  /** Streams opened so far, and how many are open. */
  streams = 0;
  openStreams = 0;
  /** The next answers of a method; afterwards the usual one. */
  readonly #moods = new Map<Method, Mood>();
  registerAnswer: MessageInitShape<typeof RegisterWorkerResponseSchema> = {};
  heartbeatAnswer: MessageInitShape<typeof HeartbeatResponseSchema> = {};
  startRefusal = "";
  completionAnswer: MessageInitShape<typeof TaskCompletionResponseSchema> = {
    verdict: Verdict.ACCEPTED,
  };
  #stream: Feed | undefined;

  /** How a method, or all of them, behaves from now on. */
  set(mood: Mood, ...methods: readonly Method[]): void {
    const all = [
      "reach",
      "register",
      "heartbeat",
      "tasks",
      "start",
      "completion",
      "failure",
    ] as const;
    for (const method of methods.length === 0 ? all : methods) this.#moods.set(method, mood);
  }

  /** Sends a message down the open task stream. */
  send(message: MessageInitShape<typeof TaskAssignmentSchema>): void {
    this.#stream?.push(create(TaskAssignmentSchema, message));
  }

  /** Ends the open task stream as a killed server does. */
  drop(): void {
    this.#stream?.fail(networkError());
  }

  /** Ends the open task stream in order. */
  endStream(): void {
    this.#stream?.end();
  }

  /** A client's transport with these interceptors in it. */
  transportWith(own: Interceptor[] = []): Transport {
    return createRouterTransport((router) => this.#serve(router), {
      transport: { interceptors: own },
    });
  }

  #serve(router: ConnectRouter): void {
    router.service(NetworkService, {
      getStats: async (_, { signal }) => {
        await this.#mood("reach", signal);
        return {};
      },
    });
    router.service(CoordinatorService, {
      registerWorker: async (request, { signal }) => {
        await this.#mood("register", signal);
        this.registrations.push(request);
        if (this.#moods.get("register") === "mute") await aborted(signal);
        const sessionId = `session-${String(this.registrations.length)}`;
        const usual = {
          success: true,
          sessionId,
          heartbeatIntervalMs: 5_000,
          leaseTtlMs: 90_000,
        };
        const answer = { ...usual, streamKeepaliveMs: 10_000, ...this.registerAnswer };
        return create(RegisterWorkerResponseSchema, answer);
      },
      sendHeartbeat: async (request, { signal }) => {
        await this.#mood("heartbeat", signal);
        this.heartbeats.push(request);
        return create(HeartbeatResponseSchema, { success: true, ...this.heartbeatAnswer });
      },
      receiveTasks: (_, { signal }) => this.#feed(signal),
      startTask: async (request, { signal }) => {
        await this.#mood("start", signal);
        this.starts.push(request);
        const message = this.startRefusal;
        return create(StartTaskResponseSchema, { success: message === "", message });
      },
      reportCompletion: async (request, { signal }) => {
        await this.#mood("completion", signal);
        this.completions.push(request);
        return create(TaskCompletionResponseSchema, { success: true, ...this.completionAnswer });
      },
      reportFailure: async (request, { signal }) => {
        await this.#mood("failure", signal);
        this.failures.push(request);
        const verdict = Verdict.REQUEUED;
        return create(TaskFailureResponseSchema, { success: true, verdict });
      },
    });
  }

  async *#feed(signal: AbortSignal): AsyncGenerator<TaskAssignment> {
    await this.#mood("tasks", signal);
    const feed = new Feed(signal);
    this.#stream = feed;
    this.streams += 1;
    this.openStreams += 1;
    try {
      yield* feed.messages();
    } finally {
      this.openStreams -= 1;
    }
  }

  async #mood(method: Method, signal: AbortSignal): Promise<void> {
    const mood = this.#moods.get(method) ?? "works";
    if (mood === "down") throw networkError();
    if (mood === "unknown") throw new ConnectError("no such method", Code.Unimplemented);
    if (mood === "silent") await aborted(signal);
  }
}

class Feed {
  readonly #signal: AbortSignal;
  #waiting: TaskAssignment[] = [];
  #failure: ConnectError | undefined;
  #ended = false;
  #notify: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.end(), { once: true });
  }

  push(message: TaskAssignment): void {
    this.#waiting.push(message);
    this.#notify();
  }

  fail(reason: ConnectError): void {
    this.#failure = reason;
    this.end();
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  async *messages(): AsyncGenerator<TaskAssignment> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#ended) break;
      else
        await new Promise<void>((resolve) => {
          this.#notify = resolve;
        });
    }
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#signal.aborted) throw new ConnectError("aborted", Code.Canceled);
  }
}

/** What a browser's fetch gives when nothing listens; it comes to the caller as code "unavailable". */
const networkError = (): ConnectError => new ConnectError("Failed to fetch", Code.Unavailable);

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new NodeFailure("cancelled", "aborted")), {
      once: true,
    });
  });
