import type { FailureCode } from "../../domain/failure.ts";

/** What went wrong, in a sentence, and what helps. */
type Failure = {
  readonly title: string;
  readonly helps: string;
  readonly link?: "settings" | "logs";
};

export const failures: Readonly<Record<FailureCode, Failure>> = {
  settings: {
    title: "A setting breaks its rule.",
    helps: "Change it, then start again.",
    link: "settings",
  },
  unreachable: {
    title: "The coordinator cannot be reached. No connection.",
    helps: "Check the network and the coordinator's address, then start again.",
    link: "settings",
  },
  refused: {
    title: "The coordinator refused this node.",
    helps: "Its reason says what to change.",
    link: "settings",
  },
  malformed_message: {
    title: "The coordinator sent something that this version does not understand.",
    helps: "Reload the page to get the newest version.",
  },
  platform: {
    title: "The browser did not give what proving needs.",
    helps: "Free some storage, or try a current browser over https.",
  },
  prover_lost: {
    title: "A prover ended unexpectedly.",
    helps: "Starting again makes a new one; fewer provers need less memory.",
    link: "settings",
  },
  out_of_memory: {
    title: "There was not enough memory.",
    helps: "Fewer provers need less.",
    link: "settings",
  },
  artifact: {
    title: "A circuit's files could not be fetched, or are not what they should be.",
    helps: "Starting again fetches them anew.",
    link: "logs",
  },
  timeout: { title: "Something took too long.", helps: "Start again.", link: "logs" },
  unknown_circuit: {
    title: "A task names a circuit that this node does not know.",
    helps: "Reload the page to get the newest version.",
    link: "logs",
  },
  malformed_input: {
    title: "A task's input is malformed.",
    helps: "That is its owner's affair; start again.",
    link: "logs",
  },
  unsatisfied_constraints: {
    title: "A task's statement is not true.",
    helps: "That is its owner's affair; start again.",
    link: "logs",
  },
  internal: {
    title: "Something went wrong inside the node.",
    helps: "Start again; the log has the details.",
    link: "logs",
  },
  cancelled: { title: "Starting was cancelled.", helps: "Start again whenever you like." },
};
