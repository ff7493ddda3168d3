/**
 * What the page says of the node: one sentence for every state, what helps or happens next, and the one button that fits.
 * All of it stands in this file and, for each way to fail, in failures.ts. `spoken` is what a screen reader hears, when it changes: it never counts and never follows
 * single tasks.
 */
import type { Link, Phase, StartStep, StopStep } from "../../domain/event.ts";
import {
  isBusy,
  isWorking,
  plannedProvers,
  projectsUnderWay,
  type NodeState,
  type PageState,
} from "../../store/view.ts";
import { formatBytes, formatCountdown } from "../format.ts";
import { failures } from "./failures.ts";

export type Sentence = {
  readonly spoken: string;
  readonly tone: "calm" | "active" | "waiting" | "problem";
  /** What is. */
  readonly title: string;
  /** What helps, or what happens next. */
  readonly next: string;
  readonly action: Action;
  /** The page that helps, if one does. */
  readonly link?: "settings" | "logs";
};

/** What the one button does. */
export type Action = "start" | "stop" | "stop-now" | "check" | "reload" | "none";

export const actionWords: Readonly<Record<Action, string>> = {
  start: "Start",
  stop: "Stop",
  "stop-now": "Stop now",
  check: "Try again",
  reload: "Reload the page",
  none: "Start",
};

/** The sentence of the moment. `nowMs` is for what is left of a countdown. */
export const sentenceOf = (page: PageState, nowMs: number): Sentence => {
  if (page.boot.name !== "attached") return bootSentence(page.boot);
  const { node } = page;
  switch (node.phase.name) {
    case "idle":
      return page.reachable ? idle(page) : unreachable;
    case "following":
      return isWorking(node) ? watching : watchingIdle;
    case "starting":
      return starting(node.phase.step, node.link, nowMs);
    case "running":
      return running(node, nowMs);
    case "stopping":
      return stopping(node.phase, nowMs);
    case "stopped":
      return node.phase.clean ? stopped : stoppedEarly;
    case "failed":
      return failed(node.phase);
  }
};

const bootSentence = (boot: Exclude<PageState["boot"], { name: "attached" }>): Sentence => {
  switch (boot.name) {
    case "loading":
      return {
        spoken: "Getting ready.",
        tone: "calm",
        title: "Getting ready.",
        next: "Nothing is computed until you press Start.",
        action: "none",
      };
    case "unsupported":
      return {
        spoken: "This page cannot prove here.",
        tone: "problem",
        title: "This page cannot prove here.",
        next: "The note names what is missing, and how to get it.",
        action: "none",
      };
    case "failed":
      return {
        spoken: "The node does not answer.",
        tone: "problem",
        title: "The node does not answer.",
        next: `${boot.message}. Reloading the page makes a new one; tasks under way go to other devices.`,
        action: "reload",
      };
  }
};

const idle = (page: PageState): Sentence => {
  const provers = plannedProvers(page);
  const cores = provers === 1 ? "one core" : `${provers} cores`;
  return {
    spoken: "Ready to start.",
    tone: "calm",
    title: "Ready when you are.",
    next: `Start lends ${cores} of this device to proving. You can stop at any time.`,
    action: "start",
  };
};

const unreachable: Sentence = {
  spoken: "No connection to the coordinator.",
  tone: "problem",
  title: "No connection to the coordinator.",
  next: "Check the network, then try again. The page itself works without it.",
  action: "check",
};

const watching: Sentence = {
  spoken: "Another tab of this browser is proving.",
  tone: "active",
  title: "Another tab of this browser is proving.",
  next: "This one watches, and takes over within two seconds when that one is closed.",
  action: "stop",
};

const watchingIdle: Sentence = {
  spoken: "Another tab of this browser has the node.",
  tone: "calm",
  title: "Another tab of this browser has the node.",
  next: "It is not proving. Start here works as well as there.",
  action: "start",
};

const startWords: Readonly<Record<StartStep, string>> = {
  options: "Starting: reading the options.",
  logger: "Starting: opening the log.",
  settings: "Starting: checking the settings.",
  node: "Starting: making the provers.",
  connect: "Connecting to the coordinator.",
  statistics: "Starting: counting what is there.",
  signals: "Starting: listening for Stop.",
  "shutdown-hook": "Starting: last preparations.",
};

const starting = (step: StartStep, link: Link, nowMs: number): Sentence => {
  if (step === "connect" && link.name === "waiting")
    return { ...away(link, nowMs), action: "stop" };
  const attempt = step === "connect" && link.name === "connecting" ? link : undefined;
  return {
    spoken: step === "connect" ? "Connecting to the coordinator." : "Starting.",
    tone: "active",
    title: startWords[step],
    next: attempt === undefined ? "This takes a few seconds." : tryOf(attempt),
    action: "stop",
  };
};

const tryOf = (link: Extract<Link, { name: "connecting" }>): string =>
  link.maxRetries > 0 ? `Try ${link.attempt} of ${link.maxRetries}.` : `Try ${link.attempt}.`;

const running = (node: NodeState, nowMs: number): Sentence => {
  const { link } = node;
  switch (link.name) {
    case "connected":
      return { ...connected(node, nowMs), action: "stop" };
    case "connecting":
      return {
        spoken: "Reconnecting to the coordinator.",
        tone: "waiting",
        title: "Reconnecting to the coordinator.",
        next: `${tryOf(link)} Proofs under way go on.`,
        action: "stop",
      };
    case "waiting":
      return { ...away(link, nowMs), action: "stop" };
    case "offline":
      return {
        spoken: "The connection to the coordinator is gone.",
        tone: "waiting",
        title: "No connection to the coordinator.",
        next: `${sentenceCase(link.reason)}. ${keptWords(node.outbox)}`,
        action: "stop",
      };
  }
};

const connected = (node: NodeState, nowMs: number): Omit<Sentence, "action"> => {
  const { download } = node;
  if (download !== null && !node.provers.some((prover) => prover.name === "proving")) {
    const done = `${formatBytes(download.doneBytes)} of ${formatBytes(download.totalBytes)}`;
    return {
      spoken: "Fetching a proving key.",
      tone: "active",
      title: `Fetching the proving key of ${download.circuitId}.`,
      next: `${done}. It is kept on this device for the next time.`,
    };
  }
  if (!isBusy(node, nowMs)) {
    if (node.outbox > 0) return delivering;
    return {
      spoken: "Connected, and no task for this device right now.",
      tone: "calm",
      title: "Connected, and no task for this device right now.",
      next: "The next one starts by itself as soon as somebody asks for a proof.",
    };
  }
  const projects = projectsUnderWay(node).join(", ");
  return {
    spoken: "Proving.",
    tone: "active",
    title: projects === "" ? "Proving." : `Proving for ${projects}.`,
    next: "You can keep this tab in the background.",
  };
};

const delivering: Omit<Sentence, "action"> = {
  spoken: "Sending the results.",
  tone: "active",
  title: "Sending the results.",
  next: "The coordinator verifies each proof before it answers.",
};

const away = (
  link: Extract<Link, { name: "waiting" }>,
  nowMs: number,
): Omit<Sentence, "action"> => ({
  spoken: "No connection to the coordinator. It is tried again by itself.",
  tone: "waiting",
  title: "No connection to the coordinator.",
  next: `${sentenceCase(link.reason)}. Next try in ${formatCountdown(link.retryAtMs - nowMs)}.`,
});

const keptWords = (outbox: number): string =>
  outbox === 0
    ? "It is tried again by itself."
    : `${outbox === 1 ? "One result is" : `${outbox} results are`} kept and sent later.`;

const stopWords: Readonly<Record<StopStep, string>> = {
  intake: "Stopping: no new tasks.",
  proofs: "Stopping: finishing the proofs under way.",
  reports: "Stopping: sending the results.",
  connection: "Stopping: closing the connection.",
  flush: "Stopping: writing the log.",
};

const stopping = (phase: Extract<Phase, { name: "stopping" }>, nowMs: number): Sentence => ({
  spoken: "Stopping.",
  tone: "waiting",
  title: stopWords[phase.step],
  next: `It ends in ${formatCountdown(phase.deadlineAtMs - nowMs)} at the latest. Stop now gives unfinished tasks to other devices.`,
  action: "stop-now",
});

const stopped: Sentence = {
  spoken: "Stopped.",
  tone: "calm",
  title: "Stopped.",
  next: "Everything that was begun is finished and sent. Nothing runs now.",
  action: "start",
};

const stoppedEarly: Sentence = {
  spoken: "Stopped before everything was finished.",
  tone: "calm",
  title: "Stopped before everything was finished.",
  next: "Unfinished tasks went to other devices. Nothing runs now.",
  action: "start",
};

const failed = (phase: Extract<Phase, { name: "failed" }>): Sentence => {
  const { title, helps, link } = failures[phase.code];
  const message = phase.message === "" ? "" : `${sentenceCase(phase.message)}. `;
  return {
    spoken: title,
    tone: "problem",
    title,
    next: `${message}${helps}`,
    action: "start",
    ...(link === undefined ? {} : { link }),
  };
};

/** A reason as the start of a sentence, without its own full stop. */
const sentenceCase = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[.\s]+$/, "");
