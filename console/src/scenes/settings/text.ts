import { defineWords } from "../../text/words.ts";

export const settingsWords = defineWords("settings", {
  en: {
    title: "Settings",
    description: "The workspace and who may do what in it.",
  },
  zh: {
    title: "设置",
    description: "工作空间与权限。",
  },
});
