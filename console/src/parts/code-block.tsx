import { commonWords } from "../text/common.ts";
import { useWords } from "../text/words.ts";
import { CopyButton } from "./copy-button.tsx";
import "./code-block.css";

/** Code as it is, with a button that copies it. Long lines scroll inside. */
export function CodeBlock({
  code,
  language,
  isWrapped = false,
}: {
  code: string;
  language?: string | undefined;
  /** Whether long lines go on in the next instead, as is better where there is one line only. */
  isWrapped?: boolean;
}) {
  const t = useWords(commonWords);
  return (
    <figure className={isWrapped ? "code-block code-block-wrapped" : "code-block"}>
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
