import LogoutOutlined from "@ant-design/icons/es/icons/LogoutOutlined";
import UserOutlined from "@ant-design/icons/es/icons/UserOutlined";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Dropdown, type MenuProps } from "antd";
import { useNavigate } from "react-router";
import { api } from "../api/client.ts";
import { sessionQuery, useSession } from "../api/session.ts";
import { useTellFailure } from "../parts/tell-failure.tsx";
import { SCHEMES, useTheme } from "../styles/theme.tsx";
import { LANGUAGES, useLanguage, useWords } from "../text/words.ts";
import { shellWords } from "./text.ts";

const LANGUAGE_NAMES = { en: "English", zh: "中文" };

/** The person's name, and what is theirs to choose: language, appearance, signing out. */
export function AccountMenu() {
  const t = useWords(shellWords);
  const { data } = useSession();
  const [language, chooseLanguage] = useLanguage();
  const { scheme, choose } = useTheme();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const tellFailure = useTellFailure();
  const signOut = async () => {
    try {
      await api.DELETE("/api/session");
      queryClient.clear();
      await queryClient.fetchQuery(sessionQuery);
      await navigate("/sign-in");
    } catch (error) {
      tellFailure(error);
    }
  };
  const items: MenuProps["items"] = [
    {
      key: "language",
      type: "group",
      label: t("language"),
      children: LANGUAGES.map((each) => ({ key: `language:${each}`, label: LANGUAGE_NAMES[each] })),
    },
    {
      key: "theme",
      type: "group",
      label: t("theme"),
      children: SCHEMES.map((each) => ({ key: `theme:${each}`, label: t(each) })),
    },
    { type: "divider" },
    { key: "signOut", icon: <LogoutOutlined />, label: t("signOut") },
  ];
  const onClick: MenuProps["onClick"] = ({ key }) => {
    const language = LANGUAGES.find((each) => key === `language:${each}`);
    const scheme = SCHEMES.find((each) => key === `theme:${each}`);
    if (language !== undefined) chooseLanguage(language);
    else if (scheme !== undefined) choose(scheme);
    else void signOut();
  };
  const selectedKeys = [`language:${language}`, `theme:${scheme}`];
  return (
    <div className="shell-account">
      <Dropdown trigger={["click"]} menu={{ items, onClick, selectable: true, multiple: true, selectedKeys }}>
        <Button type="text" block icon={<UserOutlined />}>
          <span className="visually-hidden">{t("account")}</span>
          <span className="shell-account-name">{data?.user?.nickname ?? data?.user?.name}</span>
        </Button>
      </Dropdown>
    </div>
  );
}
