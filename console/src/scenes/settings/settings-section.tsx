import { PageHeader } from "../../parts/page-header.tsx";
import { useWords } from "../../text/words.ts";
import { settingsWords } from "./text.ts";

export function SettingsSection() {
  const t = useWords(settingsWords);
  return <PageHeader title={t("title")} description={t("description")} />;
}
