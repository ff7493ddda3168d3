import { expect, it, vi } from "vitest";
import type { Language } from "../../ui/language.ts";
import { keepLanguage } from "./keep-language.ts";

const stand = (wanted: readonly string[], kept: string | null = null) => {
  let value = kept;
  const storage = {
    getItem: () => value,
    setItem: (_key: string, chosen: string) => {
      value = chosen;
    },
  };
  const spoken: Language[] = [];
  const speak = (language: Language): Promise<void> => {
    spoken.push(language);
    return Promise.resolve();
  };
  return { storage, wanted, speak, spoken, kept: () => value };
};

it("begins in English and goes on in the browser's language", async () => {
  const needs = stand(["fr-FR", "en"]);
  await keepLanguage(needs).begin();
  expect(needs.spoken).toEqual(["en", "fr"]);
});

it("opens in the language that was chosen, whatever the browser's is", async () => {
  const needs = stand(["fr-FR"]);
  await keepLanguage(needs).choose("ar");
  expect(needs.kept()).toBe("ar");
  const again = stand(["fr-FR"], needs.kept());
  await keepLanguage(again).begin();
  expect(again.spoken).toEqual(["en", "ar"]);
});

it("keeps no language that could not be fetched", async () => {
  const needs = { ...stand([]), speak: () => Promise.reject(new TypeError("offline")) };
  await expect(keepLanguage(needs).choose("de")).rejects.toThrow("offline");
  expect(needs.kept()).toBeNull();
});

it("speaks a chosen language where nothing can be kept", async () => {
  const needs = stand([]);
  const refuse = (): never => {
    throw new TypeError("no storage");
  };
  const storage = { getItem: refuse, setItem: refuse };
  await keepLanguage({ ...needs, storage }).choose("de");
  await keepLanguage({ ...needs, storage }).begin();
  expect(needs.spoken).toEqual(["de", "en"]);
});

it("shows English when the texts do not come", async () => {
  vi.useFakeTimers();
  try {
    const never = stand(["de"]);
    const speak = (language: Language): Promise<void> =>
      language === "en" ? never.speak(language) : new Promise<void>(() => undefined);
    const begun = keepLanguage({ ...never, speak }).begin();
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(begun).resolves.toBeUndefined();
    expect(never.spoken).toEqual(["en"]);
  } finally {
    vi.useRealTimers();
  }
});
