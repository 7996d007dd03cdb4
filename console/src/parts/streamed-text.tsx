import { Markdown } from "./markdown/markdown.tsx";
import "./streamed-text.css";

/** Markdown that is still being written: a caret stands where more will come. */
export function StreamedText({ text, isWriting }: { text: string; isWriting: boolean }) {
  return (
    <div className={isWriting ? "streamed-text streamed-text-open" : "streamed-text"} aria-busy={isWriting}>
      <Markdown text={text} />
    </div>
  );
}
