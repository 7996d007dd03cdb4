import { useEffect, useState } from "react";
import { commonWords } from "../text/common.ts";
import { useWords } from "../text/words.ts";

/** Copies a text, and says that it did. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useWords(commonWords);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async (button: HTMLElement) => setCopied(await copied(text, button));
  return (
    <button type="button" className="copy-button" onClick={({ currentTarget }) => void copy(currentTarget)}>
      <span aria-live="polite">{isCopied ? t("copied") : (label ?? t("copy"))}</span>
    </button>
  );
}

/** Without a secure context there is no clipboard but the old command; dialogs let nothing outside of them have the focus. */
async function copied(text: string, button: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    button.after(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    button.focus();
    return isDone;
  }
}
