import type { NewId } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import { Slices } from "../slices.ts";
import type { Repositories } from "../store.ts";
import { accessKeyStore } from "./access-keys.ts";
import { agentStore, type SettingsCache } from "./agents.ts";
import { appKeyStore } from "./app-keys.ts";
import { changeStore } from "./changes.ts";
import { channelStore } from "./channels.ts";
import { conversationStore } from "./conversations.ts";
import { endpointStore } from "./endpoints.ts";
import { evaluationStore } from "./evaluations.ts";
import { exchangeStore } from "./exchanges.ts";
import { feedbackStore } from "./feedback.ts";
import { fileStore } from "./files.ts";
import { folderStore } from "./folders.ts";
import { aboutStore, auditStore, limitStore } from "./governance.ts";
import { knowledgeStore } from "./knowledge.ts";
import { modelStore } from "./models.ts";
import { oauthStore } from "./oauth.ts";
import { outbox } from "./outbox.ts";
import type { RetentionCursors } from "./outbox-retention.ts";
import { receivedFeedbackStore } from "./received-feedback.ts";
import { replayStore } from "./replays.ts";
import { requestKeyStore } from "./request-keys.ts";
import { runningTurnStore } from "./running-turns.ts";
import { runStore } from "./runs.ts";
import { settingStore } from "./settings.ts";
import { shareLinkStore } from "./share-links.ts";
import { statisticsStore } from "./statistics.ts";
import { submissionStore } from "./submissions.ts";
import { tokenStore } from "./tokens.ts";
import { triggerStore } from "./triggers.ts";
import { turnStore } from "./turns.ts";
import { userVariableStore } from "./user-variables.ts";
import { userStore } from "./users.ts";
import { versionStore } from "./versions.ts";
import { workflowRunStore } from "./workflow-runs.ts";
import { workspaceStore } from "./workspaces.ts";

/** What all sessions of one store share. */
export interface SharedParts {
  readonly newId: NewId;
  readonly settingsCache: SettingsCache;
  readonly retention: RetentionCursors;
  readonly searches: Slices;
}

export function sharedParts(newId: NewId): SharedParts {
  return { newId, settingsCache: new Map(), retention: { events: 0, bodies: 0 }, searches: new Slices() };
}

/** Every repository over one session. */
export function repositories(session: Session, parts: SharedParts): Repositories {
  return {
    workspaces: workspaceStore(session),
    agents: agentStore(session, parts.settingsCache),
    appKeys: appKeyStore(session),
    versions: versionStore(session),
    folders: folderStore(session),
    conversations: conversationStore(session, parts.searches),
    exchanges: exchangeStore(session),
    turns: turnStore(session, (inside) => repositories(inside, parts)),
    feedback: feedbackStore(session),
    knowledge: knowledgeStore(session),
    settings: settingStore(session),
    users: userStore(session),
    tokens: tokenStore(session),
    oauth: oauthStore(session),
    files: fileStore(session),
    userVariables: userVariableStore(session),
    changes: changeStore(session),
    channels: channelStore(session),
    statistics: statisticsStore(session),
    runningTurns: runningTurnStore(session),
    submissions: submissionStore(session, parts.newId),
    endpoints: endpointStore(session),
    outbox: outbox(session, parts),
    replays: replayStore(session),
    accessKeys: accessKeyStore(session),
    triggers: triggerStore(session),
    requestKeys: requestKeyStore(session),
    runs: runStore(session, parts.searches),
    receivedFeedback: receivedFeedbackStore(session),
    models: modelStore(session),
    shareLinks: shareLinkStore(session),
    audit: auditStore(session),
    limits: limitStore(session),
    about: aboutStore(session),
    evaluations: evaluationStore(session),
    workflowRuns: workflowRunStore(session),
  };
}
