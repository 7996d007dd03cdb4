import { useWords } from "../../text/words.ts";
import { overviewWords } from "./text.ts";

/** Families whose names are names. */
const FAMILIES: Record<string, string> = { hiagent: "HiAgent", coze: "Coze", insight: "Insight" };

/** What people call a family of the API. */
export function useFamilyName(): (family: string) => string {
  const t = useWords(overviewWords);
  return (family) => {
    const own: Record<string, string> = {
      console: t("familyConsole"),
      share: t("familyShare"),
      trigger: t("familyTrigger"),
      openai: t("familyOpenai"),
      "": t("unknown"),
    };
    return FAMILIES[family] ?? own[family] ?? family;
  };
}
