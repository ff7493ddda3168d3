/** Which language the page opens in, and keeping what somebody chose. */
import { languageFor, type Language } from "../../ui/language.ts";

const KEY = "language";
/** A page in English at once is better than none: the language follows when it is there. */
const PATIENCE_MS = 2_000;

type LanguageNeeds = {
  /** Given in tests. */
  readonly storage?: Pick<Storage, "getItem" | "setItem">;
  /** The browser's languages, best first. */
  readonly wanted: readonly string[];
  readonly speak: (language: Language) => Promise<void>;
};

export const keepLanguage = ({ storage = localStorage, wanted, speak }: LanguageNeeds) => ({
  /** Resolves when the page can be read, in English at the least. */
  begin: async (): Promise<void> => {
    await speak("en");
    const language = languageFor([read(storage) ?? "", ...wanted]);
    if (language === "en") return;
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([speak(language).catch(() => undefined), late]);
  },
  choose: async (language: Language): Promise<void> => {
    await speak(language);
    try {
      storage.setItem(KEY, language);
    } catch {
      // A browser that keeps nothing still shows it, for this visit.
    }
  },
});

const read = (storage: Pick<Storage, "getItem">): string | null => {
  try {
    return storage.getItem(KEY);
  } catch {
    return null;
  }
};
