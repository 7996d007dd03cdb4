import { App } from "antd";
import type { ComponentType } from "react";
import { createBrowserRouter, Navigate, Outlet } from "react-router";
import { Loading } from "./parts/loading.tsx";
import { NotFoundPage } from "./parts/not-found-page.tsx";
import { BrokenPage } from "./shell/broken-page.tsx";
import { Shell } from "./shell/shell.tsx";

/** A scene that is fetched when it is visited. */
function scene<Module, Name extends keyof Module>(load: () => Promise<Module>, name: Name) {
  return async () => ({ Component: (await load())[name] as ComponentType });
}

const waiting = <Loading isWholePage />;

export const router = createBrowserRouter(
  [
    {
      // Inside the router, so that messages and dialogs can hold links.
      element: (
        <App>
          <Outlet />
        </App>
      ),
      children: [
        {
          path: "sign-in",
          hydrateFallbackElement: waiting,
          lazy: scene(() => import("./scenes/sign-in/sign-in-page.tsx"), "SignInPage"),
        },
        {
          path: "setup",
          hydrateFallbackElement: waiting,
          lazy: scene(() => import("./scenes/setup/setup-page.tsx"), "SetupPage"),
        },
        {
          element: <Shell />,
          hydrateFallbackElement: waiting,
          errorElement: <BrokenPage />,
          children: [
            {
              errorElement: <BrokenPage />,
              children: [
                {
                  index: true,
                  lazy: scene(() => import("./scenes/overview/overview-page.tsx"), "OverviewPage"),
                },
                {
                  path: "agents",
                  lazy: scene(() => import("./scenes/agents/agents-page.tsx"), "AgentsPage"),
                },
                {
                  path: "agents/:agentId/*",
                  lazy: scene(() => import("./scenes/agents/agent-page.tsx"), "AgentPage"),
                },
                {
                  path: "publish/*",
                  lazy: scene(() => import("./scenes/publish/publish-page.tsx"), "PublishPage"),
                },
                {
                  path: "conversations",
                  lazy: scene(
                    () => import("./scenes/conversations/conversations-page.tsx"),
                    "ConversationsPage",
                  ),
                },
                {
                  path: "conversations/:conversationId",
                  lazy: scene(
                    () => import("./scenes/conversations/conversation-page.tsx"),
                    "ConversationPage",
                  ),
                },
                {
                  path: "feedback",
                  lazy: scene(() => import("./scenes/feedback/feedback-page.tsx"), "FeedbackPage"),
                },
                {
                  path: "evaluations/*",
                  lazy: scene(() => import("./scenes/evaluations/evaluations-page.tsx"), "EvaluationsPage"),
                },
                {
                  path: "callbacks/*",
                  lazy: scene(() => import("./scenes/callbacks/callbacks-page.tsx"), "CallbacksPage"),
                },
                {
                  path: "settings",
                  lazy: scene(() => import("./scenes/settings/settings-page.tsx"), "SettingsPage"),
                  children: [
                    {
                      path: "models",
                      lazy: scene(() => import("./scenes/models/models-page.tsx"), "ModelsPage"),
                    },
                    { index: true, element: <Navigate to="/settings/workspace" replace /> },
                    {
                      path: "workspace",
                      lazy: scene(
                        () => import("./scenes/settings/workspace-section.tsx"),
                        "WorkspaceSection",
                      ),
                    },
                    {
                      path: "members",
                      lazy: scene(() => import("./scenes/settings/members-section.tsx"), "MembersSection"),
                    },
                    {
                      path: "tokens",
                      lazy: scene(() => import("./scenes/settings/tokens-section.tsx"), "TokensSection"),
                    },
                    {
                      path: "oauth-apps",
                      lazy: scene(
                        () => import("./scenes/settings/oauth-apps-section.tsx"),
                        "OAuthAppsSection",
                      ),
                    },
                    {
                      path: "access-keys",
                      lazy: scene(
                        () => import("./scenes/settings/access-keys-section.tsx"),
                        "AccessKeysSection",
                      ),
                    },
                    {
                      path: "limits",
                      lazy: scene(() => import("./scenes/settings/limits-section.tsx"), "LimitsSection"),
                    },
                    {
                      path: "audit-log",
                      lazy: scene(() => import("./scenes/settings/audit-section.tsx"), "AuditSection"),
                    },
                    {
                      path: "account",
                      lazy: scene(() => import("./scenes/settings/account-section.tsx"), "AccountSection"),
                    },
                    {
                      path: "about",
                      lazy: scene(() => import("./scenes/settings/about-section.tsx"), "AboutSection"),
                    },
                  ],
                },
                {
                  path: "work_flow",
                  lazy: scene(() => import("./scenes/workflow-run/workflow-run-page.tsx"), "WorkflowRunPage"),
                },
                { path: "*", element: <NotFoundPage /> },
              ],
            },
          ],
        },
      ],
    },
  ],
  { basename: "/console" },
);
