/** The page's language: chosen here, or else the first of the browser's that there is. */
import { i18n, type Messages } from "@lingui/core";
import { messages as english } from "./locales/en/first-view.po";

/** Languages by their tags, each by its own name. */
export const languages = {
  en: "English",
  es: "Español",
  de: "Deutsch",
  fr: "Français",
  "zh-Hans": "简体中文",
  ar: "العربية",
} as const;

export type Language = keyof typeof languages;

type Catalog = { readonly messages: Messages };
type Fetch = () => Promise<Catalog>;

/** The page's texts in two parts: what the first view says, and what the screens say that are fetched when opened. */
type Part = "first-view" | "screens";

/** English comes with the page: something is always there to be read. */
const catalogs: Readonly<Record<Language, Readonly<Record<Part, Fetch>>>> = {
  en: {
    "first-view": () => Promise.resolve({ messages: english }),
    screens: () => import("./locales/en/screens.po"),
  },
  es: {
    "first-view": () => import("./locales/es/first-view.po"),
    screens: () => import("./locales/es/screens.po"),
  },
  de: {
    "first-view": () => import("./locales/de/first-view.po"),
    screens: () => import("./locales/de/screens.po"),
  },
  fr: {
    "first-view": () => import("./locales/fr/first-view.po"),
    screens: () => import("./locales/fr/screens.po"),
  },
  "zh-Hans": {
    "first-view": () => import("./locales/zh-Hans/first-view.po"),
    screens: () => import("./locales/zh-Hans/screens.po"),
  },
  ar: {
    "first-view": () => import("./locales/ar/first-view.po"),
    screens: () => import("./locales/ar/screens.po"),
  },
};

export const languageTags = Object.keys(languages).filter((tag) => isLanguage(tag));

export function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(languages, tag);
}

/** The language that somebody who wants these, best first, is shown: English when there is none of them. */
export const languageFor = (wanted: readonly string[]): Language => {
  for (const tag of wanted) {
    const [primary = ""] = tag.toLowerCase().split("-");
    // Whoever reads the traditional script reads the simplified one rather than English.
    if (primary === "zh") return "zh-Hans";
    if (isLanguage(primary)) return primary;
  }
  return "en";
};

const RIGHT_TO_LEFT: ReadonlySet<Language> = new Set(["ar"]);

/** What has been asked for: a change of the language brings all of it. */
const needed = new Set<Part>(["first-view"]);

/**
 * Shows the page in a language.
 *
 * @throws what fetching its texts does; then it stays as it was.
 */
export const speak = async (
  language: Language,
  root: Pick<HTMLElement, "lang" | "dir">,
): Promise<void> => {
  const parts = await Promise.all([...needed].map((part) => catalogs[language][part]()));
  for (const { messages } of parts) i18n.load(language, messages);
  i18n.activate(language);
  root.lang = language;
  root.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
};

/**
 * Fetches what the later screens say, in the page's language.
 *
 * @throws what fetching does; the next call tries again.
 */
export const withScreenTexts = async (): Promise<void> => {
  needed.add("screens");
  const language = isLanguage(i18n.locale) ? i18n.locale : "en";
  const { messages } = await catalogs[language].screens();
  i18n.load(language, messages);
};
