import { useEffect, useRef } from "react";
import { NavLink, Outlet, useLocation } from "react-router";
import { useMay } from "../../api/session.ts";
import { useWords } from "../../text/words.ts";
import { settingsWords } from "./text.ts";
import "./settings.css";

const SECTIONS = [
  { path: "workspace", role: "viewer" },
  { path: "members", role: "viewer" },
  { path: "models", role: "viewer" },
  { path: "tokens", role: "viewer" },
  { path: "oauth-apps", role: "admin" },
  { path: "access-keys", role: "admin" },
  { path: "limits", role: "viewer" },
  { path: "audit-log", role: "admin" },
  { path: "account", role: "viewer" },
  { path: "about", role: "viewer" },
] as const;

/** What stands beside every page of the settings: where one can go, as far as the role reaches. */
export function SettingsPage() {
  const t = useWords(settingsWords);
  const isAdmin = useMay("admin");
  const { pathname } = useLocation();
  const navigation = useRef<HTMLElement>(null);
  useEffect(() => {
    // On narrow screens the places stand in one row that scrolls.
    const current = navigation.current?.querySelector(`[href$="${pathname}"]`);
    current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [pathname]);
  const shown = SECTIONS.filter(({ role }) => role === "viewer" || isAdmin);
  return (
    <div className="settings">
      <nav ref={navigation} className="settings-navigation" aria-label={t("title")}>
        <ul>
          {shown.map(({ path }) => (
            <li key={path}>
              <NavLink to={`/settings/${path}`}>{t(path)}</NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className="settings-content">
        <Outlet />
      </div>
    </div>
  );
}
