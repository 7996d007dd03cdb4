import type { Session } from "../session.ts";
import type { Repositories } from "../store.ts";
import { agentStore, type SettingsCache } from "./agents.ts";
import { conversationStore } from "./conversations.ts";
import { exchangeStore } from "./exchanges.ts";
import { feedbackStore } from "./feedback.ts";
import { fileStore } from "./files.ts";
import { folderStore } from "./folders.ts";
import { knowledgeStore } from "./knowledge.ts";
import { oauthStore } from "./oauth.ts";
import { settingStore } from "./settings.ts";
import { tokenStore } from "./tokens.ts";
import { turnStore } from "./turns.ts";
import { userVariableStore } from "./user-variables.ts";
import { userStore } from "./users.ts";
import { versionStore } from "./versions.ts";
import { workspaceStore } from "./workspaces.ts";

/** Every repository over one session. `settingsCache` is shared by all sessions of one store. */
export function repositories(session: Session, settingsCache: SettingsCache): Repositories {
  return {
    workspaces: workspaceStore(session),
    agents: agentStore(session, settingsCache),
    versions: versionStore(session),
    folders: folderStore(session),
    conversations: conversationStore(session),
    exchanges: exchangeStore(session),
    turns: turnStore(session),
    feedback: feedbackStore(session),
    knowledge: knowledgeStore(session),
    settings: settingStore(session),
    users: userStore(session),
    tokens: tokenStore(session),
    oauth: oauthStore(session),
    files: fileStore(session),
    userVariables: userVariableStore(session),
  };
}
