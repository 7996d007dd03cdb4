import MenuOutlined from "@ant-design/icons/es/icons/MenuOutlined";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Drawer } from "antd";
import { Suspense, useEffect, useState } from "react";
import { Navigate, Outlet, ScrollRestoration, useLocation, useNavigate } from "react-router";
import { useLiveChanges } from "../api/live.ts";
import { type Membership, useSession, WorkspaceProvider } from "../api/session.ts";
import { keep, kept } from "../browser-storage.ts";
import { ErrorState } from "../parts/error-state.tsx";
import { Loading } from "../parts/loading.tsx";
import { Notice } from "../parts/notice.tsx";
import { useWords } from "../text/words.ts";
import { AccountMenu } from "./account-menu.tsx";
import { Logo } from "./logo.tsx";
import { Navigation } from "./navigation.tsx";
import { shellWords } from "./text.ts";
import { WorkspaceSwitch } from "./workspace-switch.tsx";
import "../styles/parts.css";
import "../styles/shell.css";

const KEPT_AS = "antiphon.workspace";

/** What stands around every page of somebody who is signed in. */
export function Shell() {
  const session = useSession();
  const { pathname, search } = useLocation();
  if (session.isPending) return <Loading isWholePage />;
  if (session.data === undefined) {
    return <ErrorState error={session.error} onRetry={() => void session.refetch()} />;
  }
  const { user, memberships, needsSetup } = session.data;
  if (user === null) {
    const back = encodeURIComponent(pathname + search);
    return <Navigate to={needsSetup ? "/setup" : `/sign-in?back=${back}`} replace />;
  }
  return <Frame memberships={memberships} />;
}

function Frame({ memberships }: { memberships: Membership[] }) {
  const t = useWords(shellWords);
  const [chosen, choose] = useChosenWorkspace();
  const [isOpen, setOpen] = useState(false);
  const workspace = memberships.find(({ workspaceId }) => workspaceId === chosen) ?? memberships[0];
  if (workspace === undefined) {
    return (
      <Notice title={t("noWorkspace")} hint={t("noWorkspaceHint")}>
        <AccountMenu />
      </Notice>
    );
  }
  const places = <WorkspaceSwitch memberships={memberships} chosen={workspace} onChoose={choose} />;
  return (
    <WorkspaceProvider value={workspace}>
      <Live workspaceId={workspace.workspaceId} />
      <a className="shell-skip" href="#content">
        {t("skip")}
      </a>
      <div className="shell">
        <aside className="shell-side">
          <Logo />
          {places}
          <Navigation />
          <AccountMenu />
        </aside>
        <header className="shell-top">
          <Button
            type="text"
            icon={<MenuOutlined />}
            aria-label={t("openNavigation")}
            aria-expanded={isOpen}
            onClick={() => setOpen(true)}
          />
          <Logo />
        </header>
        <Drawer open={isOpen} onClose={() => setOpen(false)} placement="left" size={288} title={<Logo />}>
          <div className="shell-drawer">
            {places}
            <Navigation onChoose={() => setOpen(false)} />
            <AccountMenu />
          </div>
        </Drawer>
        <main id="content" className="shell-content" tabIndex={-1}>
          <Suspense fallback={<Loading isWholePage />}>
            <Outlet key={workspace.workspaceId} />
          </Suspense>
        </main>
      </div>
      <ScrollRestoration />
    </WorkspaceProvider>
  );
}

/** The workspace that was entered last, and how to enter another; a page may ask first what becomes of it. */
function useChosenWorkspace(): [string | undefined, (workspaceId: string) => void] {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { state } = useLocation() as { state: { workspaceId?: string } | null };
  const [chosen, setChosen] = useState(() => kept(KEPT_AS));
  const entered = state?.workspaceId;
  useEffect(() => {
    if (entered === undefined || entered === chosen) return;
    keep(KEPT_AS, entered);
    setChosen(entered);
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
  }, [entered, chosen, queryClient]);
  return [chosen, (workspaceId) => void navigate("/", { state: { workspaceId } })];
}

function Live({ workspaceId }: { workspaceId: string }) {
  useLiveChanges(workspaceId);
  return null;
}
