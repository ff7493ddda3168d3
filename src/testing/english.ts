/** The page's texts as they read in English, without a page. */
import { i18n } from "@lingui/core";
import { messages as firstView } from "../ui/locales/en/first-view.po";
import { messages as screens } from "../ui/locales/en/screens.po";
import type { Text } from "../ui/say.ts";

i18n.loadAndActivate({ locale: "en", messages: { ...firstView, ...screens } });

export const inEnglish = (text: Text): string => (typeof text === "string" ? text : i18n._(text));
