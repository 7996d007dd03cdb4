import { type Language, useLanguage } from "../../text/words.ts";

/** Short forms of numbers, for tiles and axes. */
export interface Formats {
  count(value: number): string;
  share(value: number): string;
  time(milliseconds: number | null): string;
  money(amount: number, currency: string): string;
  moment(at: string, step: "hour" | "day"): string;
}

export function useFormats(): Formats {
  const [language] = useLanguage();
  return formatsOf(language);
}

function formatsOf(language: Language): Formats {
  const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const plain = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(language, { month: "short", day: "numeric" });
  return {
    count: (value) => (value < 10_000 ? plain.format(value) : compact.format(value)),
    share: (value) => percent.format(value),
    time: (milliseconds) => (milliseconds === null ? "–" : timeIn(language, milliseconds)),
    money: (amount, currency) => moneyIn(language, amount, currency),
    moment: (at, step) => (step === "hour" ? hour : day).format(new Date(at)),
  };
}

function timeIn(language: Language, milliseconds: number): string {
  const isShort = milliseconds < 1_000;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unitDisplay: "short",
    unit: isShort ? "millisecond" : "second",
    maximumFractionDigits: isShort || milliseconds >= 100_000 ? 0 : 1,
  }).format(isShort ? milliseconds : milliseconds / 1_000);
}

/** Prices may name a currency that the browser does not know. */
function moneyIn(language: Language, amount: number, currency: string): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: amount !== 0 && amount < 0.1 ? 4 : 2 };
  if (!/^[A-Z]{3}$/.test(currency))
    return `${new Intl.NumberFormat(language, digits).format(amount)} ${currency}`;
  return new Intl.NumberFormat(language, { style: "currency", currency, ...digits }).format(amount);
}
