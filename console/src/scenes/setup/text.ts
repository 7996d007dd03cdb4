import { defineWords } from "../../text/words.ts";

export const setupWords = defineWords("setup", {
  en: {
    title: "Welcome",
    description: "Make the owner of this installation.",
  },
  zh: {
    title: "欢迎使用",
    description: "创建本系统的所有者。",
  },
});
