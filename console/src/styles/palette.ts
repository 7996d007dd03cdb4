import type { ThemeConfig } from "antd";

/** Latin first, so that Chinese faces do not lend their Latin letters; no face is fetched. */
const FONTS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", sans-serif';
const CODE_FONTS =
  'ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", "Noto Sans Mono CJK SC", monospace';

const SHARED: ThemeConfig["token"] = {
  fontFamily: FONTS,
  fontFamilyCode: CODE_FONTS,
  fontSize: 14,
  borderRadius: 8,
  borderRadiusLG: 12,
  controlHeight: 36,
  wireframe: false,
};

export const LIGHT_TOKENS: ThemeConfig["token"] = {
  ...SHARED,
  colorPrimary: "#3156d3",
  colorInfo: "#3156d3",
  colorLink: "#2a4bbd",
  colorSuccess: "#1f7a4d",
  colorWarning: "#a15c00",
  colorWarningBg: "#fff7e8",
  colorWarningBorder: "#efd9b4",
  colorError: "#c22f36",
  colorErrorBg: "#fdf1f1",
  colorErrorBorder: "#f1c9cb",
  colorSuccessBg: "#eef8f2",
  colorSuccessBorder: "#c5e5d3",
  colorTextBase: "#1b1f2a",
  colorBgLayout: "#f6f7f9",
  colorBorderSecondary: "#e6e8ee",
  colorTextSecondary: "#545b6b",
  colorTextTertiary: "#666e80",
  colorTextDescription: "#5b6273",
  colorTextPlaceholder: "#6e7585",
};

export const DARK_TOKENS: ThemeConfig["token"] = {
  ...SHARED,
  colorPrimary: "#5d7df0",
  colorInfo: "#5d7df0",
  colorLink: "#94aaff",
  colorSuccess: "#4cb782",
  colorWarning: "#d9963a",
  colorError: "#ec6a6f",
  colorTextBase: "#e8eaf0",
  colorBgBase: "#15181e",
  colorBgLayout: "#111317",
  colorBgContainer: "#191d24",
  colorBgElevated: "#20252e",
  colorBorderSecondary: "#2a303b",
  colorTextSecondary: "#adb4c2",
  colorTextTertiary: "#99a1b1",
  colorTextDescription: "#a3abba",
  colorTextPlaceholder: "#8f97a7",
};
