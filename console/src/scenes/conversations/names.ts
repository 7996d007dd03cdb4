import { useWords } from "../../text/words.ts";
import type { Turn } from "./data.ts";
import { conversationWords } from "./text.ts";

/** Families whose names are names. */
const NAMES: Record<string, string> = {
  hiagent: "HiAgent",
  coze: "Coze",
  insight: "Insight",
  openai: "OpenAI",
};

/** What people call the way a question came. */
export function useFamilyName(): (family: string) => string {
  const t = useWords(conversationWords);
  return (family) => {
    const own: Record<string, string> = {
      console: t("familyConsole"),
      share: t("familyShare"),
      trigger: t("familyTrigger"),
    };
    return NAMES[family] ?? own[family] ?? family;
  };
}

const STATUS_WORDS = {
  running: "statusRunning",
  waiting: "statusWaiting",
  completed: "statusCompleted",
  stopped: "statusStopped",
  failed: "statusFailed",
  interrupted: "statusInterrupted",
  merged: "statusMerged",
} as const satisfies Record<Turn["status"], string>;

/** How an answer stands, in words. */
export function useStatusName(): (status: Turn["status"]) => string {
  const t = useWords(conversationWords);
  return (status) => t(STATUS_WORDS[status]);
}

/** Antd's name of the colour that goes with it; the words say it too. */
export function statusColor(status: Turn["status"]): string {
  if (status === "failed" || status === "interrupted") return "error";
  return status === "running" || status === "waiting" ? "processing" : "default";
}
