import type { MessageDescriptor } from "@lingui/core";
import { useLingui } from "@lingui/react";

/** What a person reads: a text of the catalogues, or words that came from elsewhere and are shown as they are. */
export type Text = MessageDescriptor | string;

/** Gives texts in the page's language; what uses it is drawn again when the language changes. */
export const useSay = (): ((text: Text) => string) => {
  const { i18n } = useLingui();
  return (text) => (typeof text === "string" ? text : i18n._(text));
};
