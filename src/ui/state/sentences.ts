/**
 * What the page says of the node: one sentence for every state, what helps or happens next, and the one button that fits.
 * This is the table of them; the words of beginning and ending are in begin-and-end.ts, those of each way to fail in
 * failures.ts.
 */
import type { MessageDescriptor } from "@lingui/core";
import { msg, plural } from "@lingui/core/macro";
import type { Phase } from "../../domain/event.ts";
import {
  isBusy,
  isWorking,
  plannedProvers,
  projectsUnderWay,
  type NodeState,
  type PageState,
} from "../../store/view.ts";
import { formatBytes } from "../format.ts";
import { bootSentence, starting, stopped, stoppedEarly, stopping } from "./begin-and-end.ts";
import { failures } from "./failures.ts";
import { asSentence, away, tryOf, type Sentence } from "./sentence.ts";

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

const idle = (page: PageState): Sentence => {
  const provers = plannedProvers(page);
  return {
    spoken: msg`Ready to start.`,
    tone: "calm",
    title: msg`Ready when you are.`,
    next: [
      msg`${plural(provers, {
        one: "Start lends one core of this device to proving.",
        other: "Start lends # cores of this device to proving.",
      })}`,
      msg`You can stop at any time.`,
    ],
    action: "start",
  };
};

const unreachable: Sentence = {
  spoken: msg`No connection to the coordinator.`,
  tone: "problem",
  title: msg`No connection to the coordinator.`,
  next: [msg`Check the network, then try again. The page itself works without it.`],
  action: "check",
};

const watching: Sentence = {
  spoken: msg`Another tab of this browser is proving.`,
  tone: "active",
  title: msg`Another tab of this browser is proving.`,
  next: [msg`This one watches, and takes over within two seconds when that one is closed.`],
  action: "stop",
};

const watchingIdle: Sentence = {
  spoken: msg`Another tab of this browser has the node.`,
  tone: "calm",
  title: msg`Another tab of this browser has the node.`,
  next: [msg`It is not proving. Start here works as well as there.`],
  action: "start",
};

const running = (node: NodeState, nowMs: number): Sentence => {
  const { link } = node;
  switch (link.name) {
    case "connected":
      return { ...connected(node, nowMs), action: "stop" };
    case "connecting":
      return {
        spoken: msg`Reconnecting to the coordinator.`,
        tone: "waiting",
        title: msg`Reconnecting to the coordinator.`,
        next: [tryOf(link), msg`Proofs under way go on.`],
        action: "stop",
      };
    case "waiting":
      return { ...away(link, nowMs), action: "stop" };
    case "offline":
      return {
        spoken: msg`The connection to the coordinator is gone.`,
        tone: "waiting",
        title: msg`No connection to the coordinator.`,
        next: [asSentence(link.reason), keptWords(node.outbox)],
        action: "stop",
      };
  }
};

const connected = (node: NodeState, nowMs: number): Omit<Sentence, "action"> => {
  const { download } = node;
  if (download !== null && !node.provers.some((prover) => prover.name === "proving")) {
    const { circuitId } = download;
    const [done, total] = [formatBytes(download.doneBytes), formatBytes(download.totalBytes)];
    return {
      spoken: msg`Fetching a proving key.`,
      tone: "active",
      title: msg`Fetching the proving key of ${circuitId}.`,
      next: [msg`${done} of ${total}.`, msg`It is kept on this device for the next time.`],
    };
  }
  if (!isBusy(node, nowMs)) {
    if (node.outbox > 0) return delivering;
    return {
      spoken: msg`Connected, and no task for this device right now.`,
      tone: "calm",
      title: msg`Connected, and no task for this device right now.`,
      next: [msg`The next one starts by itself as soon as somebody asks for a proof.`],
    };
  }
  const projects = projectsUnderWay(node).join(", ");
  return {
    spoken: msg`Proving.`,
    tone: "active",
    title: projects === "" ? msg`Proving.` : msg`Proving for ${projects}.`,
    next: [msg`You can keep this tab in the background.`],
  };
};

const delivering: Omit<Sentence, "action"> = {
  spoken: msg`Sending the results.`,
  tone: "active",
  title: msg`Sending the results.`,
  next: [msg`The coordinator verifies each proof before it answers.`],
};

const keptWords = (outbox: number): MessageDescriptor =>
  outbox === 0
    ? msg`It is tried again by itself.`
    : msg`${plural(outbox, {
        one: "One result is kept and sent later.",
        other: "# results are kept and sent later.",
      })}`;

const failed = (phase: Extract<Phase, { name: "failed" }>): Sentence => {
  const { title, helps, link } = failures[phase.code];
  return {
    spoken: title,
    tone: "problem",
    title,
    next: [...(phase.message === "" ? [] : [asSentence(phase.message)]), helps],
    action: "start",
    ...(link === undefined ? {} : { link }),
  };
};
