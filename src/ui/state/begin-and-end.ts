/** What the page says until the node runs and when it has stopped. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Link, Phase, StartStep, StopStep } from "../../domain/event.ts";
import type { PageState } from "../../store/view.ts";
import { formatCountdown } from "../format.ts";
import { asSentence, away, tryOf, type Sentence } from "./sentence.ts";

export const bootSentence = (boot: Exclude<PageState["boot"], { name: "attached" }>): Sentence => {
  switch (boot.name) {
    case "loading":
      return {
        spoken: msg`Getting ready.`,
        tone: "calm",
        title: msg`Getting ready.`,
        next: [msg`Nothing is computed until you press Start.`],
        action: "none",
      };
    case "unsupported":
      return {
        spoken: msg`This page cannot prove here.`,
        tone: "problem",
        title: msg`This page cannot prove here.`,
        next: [msg`The note names what is missing, and how to get it.`],
        action: "none",
      };
    case "failed":
      return {
        spoken: msg`The node does not answer.`,
        tone: "problem",
        title: msg`The node does not answer.`,
        next: [
          asSentence(boot.message),
          msg`Reloading the page makes a new one; tasks under way go to other devices.`,
        ],
        action: "reload",
      };
  }
};

const startWords: Readonly<Record<StartStep, MessageDescriptor>> = {
  options: msg`Starting: reading the options.`,
  logger: msg`Starting: opening the log.`,
  settings: msg`Starting: checking the settings.`,
  node: msg`Starting: making the provers.`,
  connect: msg`Connecting to the coordinator.`,
  statistics: msg`Starting: counting what is there.`,
  signals: msg`Starting: listening for Stop.`,
  "shutdown-hook": msg`Starting: last preparations.`,
};

export const starting = (step: StartStep, link: Link, nowMs: number): Sentence => {
  if (step === "connect" && link.name === "waiting")
    return { ...away(link, nowMs), action: "stop" };
  const attempt = step === "connect" && link.name === "connecting" ? link : undefined;
  return {
    spoken: step === "connect" ? msg`Connecting to the coordinator.` : msg`Starting.`,
    tone: "active",
    title: startWords[step],
    next: [attempt === undefined ? msg`This takes a few seconds.` : tryOf(attempt)],
    action: "stop",
  };
};

const stopWords: Readonly<Record<StopStep, MessageDescriptor>> = {
  intake: msg`Stopping: no new tasks.`,
  proofs: msg`Stopping: finishing the proofs under way.`,
  reports: msg`Stopping: sending the results.`,
  connection: msg`Stopping: closing the connection.`,
  flush: msg`Stopping: writing the log.`,
};

export const stopping = (phase: Extract<Phase, { name: "stopping" }>, nowMs: number): Sentence => {
  const left = formatCountdown(phase.deadlineAtMs - nowMs);
  return {
    spoken: msg`Stopping.`,
    tone: "waiting",
    title: stopWords[phase.step],
    next: [
      msg`It ends in ${left} at the latest.`,
      msg`Stop now gives unfinished tasks to other devices.`,
    ],
    action: "stop-now",
  };
};

export const stopped: Sentence = {
  spoken: msg`Stopped.`,
  tone: "calm",
  title: msg`Stopped.`,
  next: [msg`Everything that was begun is finished and sent. Nothing runs now.`],
  action: "start",
};

export const stoppedEarly: Sentence = {
  spoken: msg`Stopped before everything was finished.`,
  tone: "calm",
  title: msg`Stopped before everything was finished.`,
  next: [msg`Unfinished tasks went to other devices. Nothing runs now.`],
  action: "start",
};
