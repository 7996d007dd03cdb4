import { commonWords } from "../text/common.ts";
import { useWords } from "../text/words.ts";
import { CopyButton } from "./copy-button.tsx";
import "./code-block.css";

/** Code as it is, with a button that copies it. Long lines scroll inside. */
export function CodeBlock({ code, language }: { code: string; language?: string | undefined }) {
  const t = useWords(commonWords);
  return (
    <figure className="code-block">
      <figcaption>
        <span>{language ?? t("code")}</span>
        <CopyButton text={code} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </figure>
  );
}
