import i18next, { type TOptions } from "i18next";
import { useCallback } from "react";
import { initReactI18next, useTranslation } from "react-i18next";
import { keep, kept } from "../browser-storage.ts";

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT_AS = "antiphon.language";

/** The words of one area of the pages, in every language. */
export interface Words<Key extends string> {
  readonly area: string;
  /** Never there: it carries the type of the keys. */
  readonly keys?: Key;
}

/** Looks up a word. Values stand for `{{name}}`; `count` chooses between `key_one` and `key_other`. */
export type Say<Key extends string> = (key: BaseKey<Key>, values?: TOptions) => string;

type BaseKey<Key extends string> = Key extends `${infer Base}_${"one" | "other"}` ? Base : Key;

void i18next.use(initReactI18next).init({
  lng: chosenLanguage(),
  fallbackLng: "en",
  initAsync: false,
  resources: {},
  interpolation: { escapeValue: false },
});
showLanguage();

/** Declares the words of an area; the compiler sees that both languages say the same things. */
export function defineWords<const Key extends string>(
  area: string,
  words: { en: Record<Key, string>; zh: Record<NoInfer<Key>, string> },
): Words<Key> {
  for (const language of LANGUAGES) i18next.addResourceBundle(language, area, words[language]);
  return { area };
}

/** What says the words of an area in the language of the person. */
export function useWords<Key extends string>({ area }: Words<Key>): Say<Key> {
  const { t } = useTranslation(area);
  return useCallback((key, values = {}) => t(key as string, values), [t]);
}

export function useLanguage(): [Language, (language: Language) => void] {
  const { i18n } = useTranslation();
  return [i18n.language as Language, chooseLanguage];
}

function chooseLanguage(language: Language): void {
  keep(KEPT_AS, language);
  void i18next.changeLanguage(language).then(showLanguage);
}

/** What was chosen before; else the first language of the browser that there is. */
function chosenLanguage(): Language {
  const wanted = [kept(KEPT_AS) ?? "", ...navigator.languages];
  for (const tag of wanted) {
    const language = LANGUAGES.find((candidate) => tag.toLowerCase().startsWith(candidate));
    if (language !== undefined) return language;
  }
  return "en";
}

function showLanguage(): void {
  document.documentElement.lang = i18next.language === "zh" ? "zh-CN" : "en";
}
