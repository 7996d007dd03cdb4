import { useLanguage } from "../text/words.ts";

/** A number as people of the language write it. */
export function Figure({ value, unit }: { value: number; unit?: string }) {
  const [language] = useLanguage();
  const text = new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value);
  return <span className="figure">{unit === undefined ? text : `${text} ${unit}`}</span>;
}

/** An amount of money; small amounts with as many digits as they need. */
export function Money({ amount, currency }: { amount: number; currency: string }) {
  const [language] = useLanguage();
  const digits = amount !== 0 && Math.abs(amount) < 0.1 ? 6 : 2;
  const text = new Intl.NumberFormat(language, {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(amount);
  return <span className="figure">{text}</span>;
}

/** How long something took. */
export function Duration({ milliseconds }: { milliseconds: number }) {
  const [language] = useLanguage();
  const isShort = milliseconds < 1_000;
  const text = new Intl.NumberFormat(language, {
    style: "unit",
    unit: isShort ? "millisecond" : "second",
    maximumFractionDigits: isShort ? 0 : 1,
  }).format(isShort ? milliseconds : milliseconds / 1_000);
  return <span className="figure">{text}</span>;
}
