import { type Action, action, success } from "./action.ts";
import { appConfig } from "./present.ts";

export const appConfigActions: Action[] = [
  action({
    name: "get_app_config_preview",
    aliases: ["get_app"],
    isRead: true,
    user: "lenient",
    input: {},
    async run({ agent }) {
      return success(appConfig(agent));
    },
  }),
  action({
    name: "get_opening_config",
    isRead: true,
    input: {},
    async run({ agent }) {
      const { message, questions } = agent.settings.opening;
      return success({
        OpeningConfig: {
          OpeningText: message,
          OpeningQuestions: questions,
          OpeningEnabled: message !== "" || questions.length > 0,
        },
      });
    },
  }),
];
