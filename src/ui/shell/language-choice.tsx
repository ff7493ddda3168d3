import { useLingui } from "@lingui/react";
import type { Commands } from "../commands.ts";
import { isLanguage, languages, languageTags, type Language } from "../language.ts";
import { announce } from "../live-region.tsx";
import { useSay } from "../say.ts";
import { shellWords as words } from "./words.ts";

/** The page's language. Each is called by its own name, so that whoever cannot read the page finds theirs. */
export const LanguageChoice = ({ speak }: Pick<Commands, "speak">) => {
  const say = useSay();
  const { i18n } = useLingui();
  const choose = (language: Language): void => {
    speak(language).catch(() => {
      announce(say(words.notSpoken));
    });
  };
  return (
    <label className="choice">
      {say(words.language)}
      <select
        value={i18n.locale}
        onChange={({ currentTarget: { value } }) => {
          if (isLanguage(value)) choose(value);
        }}
      >
        {languageTags.map((tag) => (
          <option key={tag} value={tag} lang={tag}>
            {languages[tag]}
          </option>
        ))}
      </select>
    </label>
  );
};
