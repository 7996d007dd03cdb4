import type { Session } from "../session.ts";
import type { Repositories } from "../store.ts";
import { agentStore, type SettingsCache } from "./agents.ts";
import { conversationStore } from "./conversations.ts";
import { exchangeStore } from "./exchanges.ts";
import { feedbackStore } from "./feedback.ts";
import { knowledgeStore } from "./knowledge.ts";
import { settingStore } from "./settings.ts";
import { turnStore } from "./turns.ts";
import { workspaceStore } from "./workspaces.ts";

/** Every repository over one session. `settingsCache` is shared by all sessions of one store. */
export function repositories(session: Session, settingsCache: SettingsCache): Repositories {
  return {
    workspaces: workspaceStore(session),
    agents: agentStore(session, settingsCache),
    conversations: conversationStore(session),
    exchanges: exchangeStore(session),
    turns: turnStore(session),
    feedback: feedbackStore(session),
    knowledge: knowledgeStore(session),
    settings: settingStore(session),
  };
}
