import { diffWordsWithSpace } from "diff";
import { useMemo } from "react";
import { useLanguage, useWords } from "../../../text/words.ts";
import { lineRows } from "./line-rows.ts";
import { versionWords } from "./text.ts";

/** Two texts side by side where there is room, one under the other where there is not. */
export function LineDifference({ before, after }: { before: string; after: string }) {
  const t = useWords(versionWords);
  const rows = useMemo(() => lineRows(before, after), [before, after]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="lines" tabIndex={0} aria-label={t("difference")}>
      {rows.map((row, index) => {
        // Lines of a text have no name but their place.
        const key = `${index}`;
        if (row.kind === "skipped") {
          return (
            <div key={key} className="line-skipped">
              {t("unchangedLines", { count: row.count })}
            </div>
          );
        }
        if (row.kind === "same") {
          return (
            <div key={key} className="line-pair line-same">
              <span className="line">{row.text}</span>
              <span className="line line-twin" aria-hidden="true">
                {row.text}
              </span>
            </div>
          );
        }
        return <ChangedLine key={key} before={row.before} after={row.after} />;
      })}
    </section>
  );
}

function ChangedLine({ before, after }: { before: string | undefined; after: string | undefined }) {
  const [language] = useLanguage();
  const parts = useMemo(() => {
    if (before === undefined || after === undefined) return undefined;
    const intlSegmenter = new Intl.Segmenter(language, { granularity: "word" });
    return diffWordsWithSpace(before, after, { intlSegmenter });
  }, [before, after, language]);
  const side = (isKept: (part: { added: boolean; removed: boolean }) => boolean) =>
    parts?.filter(isKept).map(({ value, added, removed }, index) =>
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of a line have no name but their place
      added || removed ? <mark key={index}>{value}</mark> : value,
    );
  return (
    <div className="line-pair">
      {before === undefined ? (
        <span className="line line-none" />
      ) : (
        <del className="line">{side(({ added }) => !added) ?? before}</del>
      )}
      {after === undefined ? (
        <span className="line line-none" />
      ) : (
        <ins className="line">{side(({ removed }) => !removed) ?? after}</ins>
      )}
    </div>
  );
}
