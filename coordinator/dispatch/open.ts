/**
 * The dispatcher of one replica: sessions, streams, leases in flight. In: registrations, heartbeats, verdicts, wake-ups.
 * Out: assignments and control messages on task streams. Promises: no worker holds more than its slots; a stream that
 * ends takes nothing away; what never reached a worker is queued again at once.
 */
import type { Log } from "../log.ts";
import type { Queue } from "../queue/queue.ts";
import type { AttemptId, CircuitId, WorkerId } from "../../src/domain/ids.ts";
import { flushIntervalMs, openBeats } from "./beats.ts";
import type { FeedMessage, WantedState } from "./feed.ts";
import type { Heartbeat, HeartbeatAnswer } from "./heartbeat.ts";
import { openPump } from "./pump.ts";
import { judge } from "./session.ts";
import type { Session } from "./session.ts";
import { openSessions } from "./sessions.ts";
import type { Sessions } from "./sessions.ts";
import type { Tickets } from "./ticket.ts";
import { repeat } from "../repeat.ts";
import type { Repetition } from "../repeat.ts";
import { free, giveBack, settledElsewhere, takeAway, tell } from "./attempts.ts";
import type { Desk, NewsListener } from "./attempts.ts";
import { registerWorker } from "./register.ts";
import type { RegistrationOutcome, WorkerRegistration } from "./register.ts";
import { closeFeed, draining, endSession, streamOf } from "./stream.ts";
import { applyHeartbeat } from "./heartbeat.ts";

export type Dispatch = {
  readonly sessions: Sessions;
  /** Ends the worker's session before, if there is one, and takes over those of the held attempts that are alive. */
  readonly register: (registration: WorkerRegistration) => Promise<RegistrationOutcome>;
  readonly heartbeat: (session: Session, beat: Heartbeat) => Promise<HeartbeatAnswer>;
  /** The task stream of a session; a second one replaces the first. `signal` ends it. */
  readonly stream: (session: Session, signal: AbortSignal) => AsyncGenerator<FeedMessage, void>;
  /** An attempt has its verdict: frees the slot; a bad result lets the worker rest for a moment. */
  readonly settle: (workerId: WorkerId, attemptId: AttemptId, good: boolean) => void;
  /** Sets what the operator wants of a worker; false = it is not connected here. */
  readonly want: (workerId: WorkerId, state: WantedState) => boolean;
  /** Tells what this replica knows before any row says so. */
  readonly onNews: (listener: NewsListener) => () => void;
  /** Work may be ready. */
  readonly kick: () => void;
  /** No registrations and leases from now on; streams end with UNAVAILABLE; what never arrived is given back. */
  readonly drain: () => Promise<void>;
};

export type DispatchOptions = {
  readonly queue: Queue;
  readonly tickets: Tickets;
  /** Circuits that this replica has the files of; nothing else is leased here. */
  readonly served: () => readonly CircuitId[];
  readonly log: Log;
  readonly heartbeatIntervalMs: number;
  readonly leaseTtlMs: number;
  readonly streamKeepaliveMs: number;
  /** Monotonic, ms. */
  readonly now: () => number;
};

/** Everything also works by polling; wake-ups only make it quick. */
const POLL_MS = 1_000;

const openDesk = (options: DispatchOptions): Desk => {
  const { queue, log, now, tickets } = options;
  const sessions = openSessions(options, now);
  const listeners = new Set<NewsListener>();
  const pump = openPump({
    queue,
    tickets,
    served: options.served,
    now,
    log,
    sessions: () => [...sessions.all()].filter((one) => sessions.liveness(one) === "active"),
    current: sessions.current,
    assigned: (lease) => tell({ listeners }, { kind: "assigned", jobId: lease.jobId }),
  });
  return {
    ...options,
    sessions,
    pump,
    beats: openBeats(queue, log),
    registering: new Map(),
    listeners,
    stopping: false,
  };
};

/** Leases of attempts that were named, and signs of life of all workers, idle ones too. */
const flushing = (desk: Desk): Repetition => {
  let before = desk.now();
  return repeat({
    everyMs: flushIntervalMs(desk.leaseTtlMs),
    log: desk.log,
    name: "flush heartbeats",
    task: async () => {
      const lost = await desk.beats.flush();
      takeAway(
        desk,
        lost.map((beat) => beat.attemptId),
      );
      const heard = [...desk.sessions.all()].filter((session) => session.lastSeen >= before);
      before = desk.now();
      if (heard.length > 0) await desk.queue.seen(heard.map((session) => session.ref));
    },
  });
};

const polling = (desk: Desk): Repetition =>
  repeat({
    everyMs: POLL_MS,
    log: desk.log,
    name: "poll",
    task: async () => {
      for (const session of desk.sessions.all()) {
        const gone = desk.sessions.liveness(session) === "gone";
        if (gone) await endSession(desk, session, "silent for the lease TTL");
      }
      desk.pump.kick();
    },
  });

const heartbeat = async (
  desk: Desk,
  session: Session,
  beat: Heartbeat,
): Promise<HeartbeatAnswer> => {
  const effects = applyHeartbeat(session, beat, { beats: desk.beats, now: desk.now() });
  await giveBack(desk, { session, attempts: effects.returned, reason: "returned by the node" });
  await giveBack(desk, {
    session,
    attempts: effects.unknownToWorker,
    reason: "never arrived at the node",
  });
  if (beat.state === "leaving") await endSession(desk, session, beat.stateReason);
  else desk.pump.kick();
  return effects.answer;
};

const settle = (
  desk: Desk,
  session: Session,
  report: { readonly attemptId: AttemptId; readonly good: boolean },
): void => {
  session.lastSeen = desk.now();
  judge(session, report.good, desk.now());
  free(desk, session, [report.attemptId]);
};

const want = (desk: Desk, session: Session, state: WantedState): void => {
  session.wanted = state;
  if (session.profile.protocolVersion > 0) session.feed?.push({ kind: "wanted", state });
  desk.pump.kick();
};

export const openDispatch = (options: DispatchOptions): Dispatch => {
  const desk = openDesk(options);
  const { sessions, pump } = desk;
  const repetitions = [flushing(desk), polling(desk)];
  const unlisten = options.queue.onWake((wake) => {
    if (wake.kind === "ready") pump.kick();
    if (wake.kind === "cancel") takeAway(desk, wake.attempts);
    if (wake.kind === "settled") settledElsewhere(desk, wake.attempts);
  });
  return {
    sessions,
    register: (registration) => registerWorker(desk, registration),
    heartbeat: async (session, beat) => {
      const answer = await heartbeat(desk, session, beat);
      const attempts = beat.attempts.map((one) => one.attemptId);
      if (attempts.length > 0) tell(desk, { kind: "progress", attempts });
      return answer;
    },
    stream: (session, signal) => streamOf(desk, session, signal),
    settle: (workerId, attemptId, good) => {
      const session = sessions.of(workerId);
      if (session !== undefined) settle(desk, session, { attemptId, good });
      // A load balancer may bring the report here and have the worker's stream elsewhere.
      if (session?.feed === undefined)
        options.queue.wake({ kind: "settled", attempts: [attemptId] });
    },
    want: (workerId, state) => {
      const session = sessions.of(workerId);
      if (session !== undefined) want(desk, session, state);
      return session !== undefined;
    },
    onNews: (listener) => {
      desk.listeners.add(listener);
      return () => void desk.listeners.delete(listener);
    },
    kick: pump.kick,
    drain: async () => {
      desk.stopping = true;
      unlisten();
      await pump.stop();
      await Promise.all([...sessions.all()].map((one) => closeFeed(desk, one, draining())));
      await Promise.all(repetitions.map((one) => one.stop()));
      await desk.beats.flush();
    },
  };
};
