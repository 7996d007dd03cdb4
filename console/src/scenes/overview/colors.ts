import { useTheme } from "../../styles/theme.tsx";

/** Told apart by people who see colours otherwise, and on both backgrounds. */
const LIGHT = ["#3156d3", "#d9822b", "#1f8a70", "#a23b72", "#6b7280", "#8a6fd1", "#b0b7c3"];
const DARK = ["#7b96ff", "#f0a35e", "#4cc2a0", "#e07fb0", "#a7b0c0", "#b69cf5", "#5f6878"];

/** Colours of the lines of a picture, in their order. */
export function useColors(): readonly string[] {
  return useTheme().isDark ? DARK : LIGHT;
}
