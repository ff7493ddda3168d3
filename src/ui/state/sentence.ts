/** What the page says of a state: a sentence, what helps or happens next, and a button. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Link } from "../../domain/event.ts";
import { formatCountdown } from "../format.ts";
import type { Text } from "../say.ts";

export type Sentence = {
  /** What a screen reader hears when it changes: it never counts and never follows single tasks. */
  readonly spoken: Text;
  readonly tone: "calm" | "active" | "waiting" | "problem";
  /** What is. */
  readonly title: Text;
  /** What helps, or what happens next. */
  readonly next: readonly Text[];
  readonly action: Action;
  /** The page that helps, if one does. */
  readonly link?: "settings" | "logs";
};

/** What the one button does. */
export type Action = "start" | "stop" | "stop-now" | "check" | "reload" | "none";

export const actionWords: Readonly<Record<Action, MessageDescriptor>> = {
  start: msg`Start`,
  stop: msg`Stop`,
  "stop-now": msg`Stop now`,
  check: msg`Try again`,
  reload: msg`Reload the page`,
  none: msg`Start`,
};

/** A reason as a sentence of its own. */
export const asSentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[.\s]*$/, ".");

/** No connection, and when it is tried again. */
export const away = (
  { reason, retryAtMs }: Extract<Link, { name: "waiting" }>,
  nowMs: number,
): Omit<Sentence, "action"> => {
  const left = formatCountdown(retryAtMs - nowMs);
  return {
    spoken: msg`No connection to the coordinator. It is tried again by itself.`,
    tone: "waiting",
    title: msg`No connection to the coordinator.`,
    next: [asSentence(reason), msg`Next try in ${left}.`],
  };
};

/** Which try to connect it is. */
export const tryOf = ({
  attempt,
  maxRetries,
}: Extract<Link, { name: "connecting" }>): MessageDescriptor =>
  maxRetries > 0 ? msg`Try ${attempt} of ${maxRetries}.` : msg`Try ${attempt}.`;
