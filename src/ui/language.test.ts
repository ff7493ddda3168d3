import { i18n } from "@lingui/core";
import { expect, it } from "vitest";
import { languageFor, languageTags, speak, withScreenTexts } from "./language.ts";
import { routes } from "./routes.ts";

/** What `speak` writes to of the page. */
const page = () => ({ lang: "", dir: "" });

it.each([
  [["de-AT", "en"], "de"],
  [["pt-BR", "fr-CA"], "fr"],
  [["zh-TW"], "zh-Hans"],
  [["ZH-hans-SG"], "zh-Hans"],
  [["ar-EG"], "ar"],
  [["", "es"], "es"],
  [["tlh"], "en"],
  [["toString"], "en"],
  [[], "en"],
])("of %j the page takes %s", (wanted, language) => {
  expect(languageFor(wanted)).toBe(language);
});

it.each(languageTags)("speaks %s, and says which way it is read", async (language) => {
  const root = page();
  await speak(language, root);
  expect(root).toEqual({ lang: language, dir: language === "ar" ? "rtl" : "ltr" });
  expect(i18n.locale).toBe(language);
  await withScreenTexts();
  for (const { label } of routes) expect(i18n._(label)).not.toBe(label.id);
});

it("says what no catalogue holds by its id, and leaves nothing out", async () => {
  await speak("en", page());
  expect(i18n._("no such text")).toBe("no such text");
});
