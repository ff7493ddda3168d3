import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { FailureCode } from "../../domain/failure.ts";

/** What went wrong, in a sentence, and what helps. */
type Failure = {
  readonly title: MessageDescriptor;
  readonly helps: MessageDescriptor;
  readonly link?: "settings" | "logs";
};

export const failures: Readonly<Record<FailureCode, Failure>> = {
  settings: {
    title: msg`A setting breaks its rule.`,
    helps: msg`Change it, then start again.`,
    link: "settings",
  },
  unreachable: {
    title: msg`The coordinator cannot be reached. No connection.`,
    helps: msg`Check the network and the coordinator's address, then start again.`,
    link: "settings",
  },
  refused: {
    title: msg`The coordinator refused this node.`,
    helps: msg`Its reason says what to change.`,
    link: "settings",
  },
  malformed_message: {
    title: msg`The coordinator sent something that this version does not understand.`,
    helps: msg`Reload the page to get the newest version.`,
  },
  platform: {
    title: msg`The browser did not give what proving needs.`,
    helps: msg`Free some storage, or try a current browser over https.`,
  },
  prover_lost: {
    title: msg`A prover ended unexpectedly.`,
    helps: msg`Starting again makes a new one; fewer provers need less memory.`,
    link: "settings",
  },
  out_of_memory: {
    title: msg`There was not enough memory.`,
    helps: msg`Fewer provers need less.`,
    link: "settings",
  },
  artifact: {
    title: msg`A circuit's files could not be fetched, or are not what they should be.`,
    helps: msg`Starting again fetches them anew.`,
    link: "logs",
  },
  timeout: { title: msg`Something took too long.`, helps: msg`Start again.`, link: "logs" },
  unknown_circuit: {
    title: msg`A task names a circuit that this node does not know.`,
    helps: msg`Reload the page to get the newest version.`,
    link: "logs",
  },
  malformed_input: {
    title: msg`A task's input is malformed.`,
    helps: msg`That is its owner's affair; start again.`,
    link: "logs",
  },
  unsatisfied_constraints: {
    title: msg`A task's statement is not true.`,
    helps: msg`That is its owner's affair; start again.`,
    link: "logs",
  },
  internal: {
    title: msg`Something went wrong inside the node.`,
    helps: msg`Start again; the log has the details.`,
    link: "logs",
  },
  cancelled: { title: msg`Starting was cancelled.`, helps: msg`Start again whenever you like.` },
};
