import { useLanguage, useWords } from "../../text/words.ts";
import { evaluationWords } from "./text.ts";

/** `draft`, `live`, `recorded`, or the number of a version: the milliseconds at which it was made. */
export function SideName({ side }: { side: string }) {
  const t = useWords(evaluationWords);
  const [language] = useLanguage();
  if (side === "draft" || side === "live" || side === "recorded") return t(side);
  const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return t("version", { date: format.format(new Date(Number(side))) });
}
