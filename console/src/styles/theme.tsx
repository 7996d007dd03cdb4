import { ConfigProvider, theme } from "antd";
import english from "antd/locale/en_US";
import chinese from "antd/locale/zh_CN";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { cspNonce } from "../page-settings.ts";
import { useLanguage } from "../text/words.ts";
import { DARK_TOKENS, LIGHT_TOKENS } from "./palette.ts";

export const SCHEMES = ["system", "light", "dark"] as const;
export type Scheme = (typeof SCHEMES)[number];

interface ChosenTheme {
  scheme: Scheme;
  isDark: boolean;
  choose(scheme: Scheme): void;
}

const Chosen = createContext<ChosenTheme | undefined>(undefined);

/** Light or dark, as the person chose or the system has it; and the words of the controls in their language. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const [scheme, setScheme] = useState<Scheme>(keptScheme);
  const isSystemDark = useSystemDark();
  const [language] = useLanguage();
  const isDark = scheme === "dark" || (scheme === "system" && isSystemDark);
  const chosen = useMemo(
    () => ({
      scheme,
      isDark,
      choose(next: Scheme) {
        keepScheme(next);
        setScheme(next);
      },
    }),
    [scheme, isDark],
  );
  return (
    <Chosen.Provider value={chosen}>
      <ConfigProvider
        csp={{ nonce: cspNonce }}
        button={{ autoInsertSpace: false }}
        locale={language === "zh" ? chinese : english}
        theme={{
          algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
          token: { ...(isDark ? DARK_TOKENS : LIGHT_TOKENS), motion: !wantsStillness },
          components: {
            // The paler blue of a primary button that is pointed at is too pale for words on the page.
            Button: { defaultHoverColor: isDark ? DARK_TOKENS?.colorLink : LIGHT_TOKENS?.colorLink },
            Menu: { itemBorderRadius: 8, itemMarginInline: 8, activeBarBorderWidth: 0 },
            Layout: { bodyBg: "transparent" },
          },
        }}
      >
        <ThemeVariables />
        {children}
      </ConfigProvider>
    </Chosen.Provider>
  );
}

/** The theme, and how to choose another. */
export function useTheme(): ChosenTheme {
  const chosen = useContext(Chosen);
  if (chosen === undefined) throw new Error("there is no theme outside its provider");
  return chosen;
}

/** Tells style sheets the colours of the theme, as the custom properties they know. */
function ThemeVariables() {
  const { token } = theme.useToken();
  useEffect(() => {
    const { style } = document.documentElement;
    const variables = {
      "--color-text": token.colorText,
      "--color-text-secondary": token.colorTextSecondary,
      "--color-border": token.colorBorderSecondary,
      "--color-surface": token.colorBgContainer,
      "--color-surface-muted": token.colorFillQuaternary,
      "--color-accent": token.colorPrimary,
      "--color-link": token.colorLink,
      "--color-error": token.colorErrorText,
      "--color-success": token.colorSuccessText,
      "--color-warning": token.colorWarningText,
      "--font-text": token.fontFamily,
      "--font-code": token.fontFamilyCode,
      "--page-background": token.colorBgLayout,
    };
    for (const [name, value] of Object.entries(variables)) style.setProperty(name, value);
  }, [token]);
  return null;
}

/** Some people are made ill by what moves. */
const wantsStillness = matchMedia("(prefers-reduced-motion: reduce)").matches;

const DARK_SYSTEM = "(prefers-color-scheme: dark)";

function useSystemDark(): boolean {
  const [isDark, setDark] = useState(() => matchMedia(DARK_SYSTEM).matches);
  useEffect(() => {
    const query = matchMedia(DARK_SYSTEM);
    const follow = () => setDark(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return isDark;
}

/** The server writes the choice into the page (`data-theme`), so that nothing flashes before the scripts run. */
function keptScheme(): Scheme {
  const kept = /(?:^|; )antiphon_theme=(\w+)/.exec(document.cookie)?.[1];
  return SCHEMES.find((scheme) => scheme === kept) ?? "system";
}

function keepScheme(scheme: Scheme): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not there on http: addresses.
  document.cookie = `antiphon_theme=${scheme}; path=/console; max-age=31536000; samesite=lax`;
  if (scheme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = scheme;
}
