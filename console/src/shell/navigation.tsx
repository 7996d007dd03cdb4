import ApiOutlined from "@ant-design/icons/es/icons/ApiOutlined";
import CloudUploadOutlined from "@ant-design/icons/es/icons/CloudUploadOutlined";
import DashboardOutlined from "@ant-design/icons/es/icons/DashboardOutlined";
import ExperimentOutlined from "@ant-design/icons/es/icons/ExperimentOutlined";
import LikeOutlined from "@ant-design/icons/es/icons/LikeOutlined";
import MessageOutlined from "@ant-design/icons/es/icons/MessageOutlined";
import RobotOutlined from "@ant-design/icons/es/icons/RobotOutlined";
import SettingOutlined from "@ant-design/icons/es/icons/SettingOutlined";
import type { ReactNode } from "react";
import { NavLink } from "react-router";
import { useWords } from "../text/words.ts";
import { shellWords } from "./text.ts";

/** Where one can go. */
export function Navigation({ onChoose }: { onChoose?: () => void }) {
  const t = useWords(shellWords);
  return (
    <nav aria-label={t("navigation")} className="shell-navigation">
      <ul>
        {AREAS.map(({ area, path, icon }) => (
          <li key={area}>
            <NavLink to={path} end={path === "/"} {...(onChoose !== undefined && { onClick: onChoose })}>
              {icon}
              <span>{t(area)}</span>
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

type Area =
  | "overview"
  | "agents"
  | "publish"
  | "conversations"
  | "feedback"
  | "evaluations"
  | "callbacks"
  | "settings";

const AREAS: { area: Area; path: string; icon: ReactNode }[] = [
  { area: "overview", path: "/", icon: <DashboardOutlined /> },
  { area: "agents", path: "/agents", icon: <RobotOutlined /> },
  { area: "publish", path: "/publish", icon: <CloudUploadOutlined /> },
  { area: "conversations", path: "/conversations", icon: <MessageOutlined /> },
  { area: "feedback", path: "/feedback", icon: <LikeOutlined /> },
  { area: "evaluations", path: "/evaluations", icon: <ExperimentOutlined /> },
  { area: "callbacks", path: "/callbacks", icon: <ApiOutlined /> },
  { area: "settings", path: "/settings", icon: <SettingOutlined /> },
];
