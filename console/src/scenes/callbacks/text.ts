import { defineWords } from "../../text/words.ts";

export const callbackWords = defineWords("callbacks", {
  en: {
    title: "Callbacks",
    description: "Events on their way to your servers.",
  },
  zh: {
    title: "回调",
    description: "发往你服务器的事件。",
  },
});
