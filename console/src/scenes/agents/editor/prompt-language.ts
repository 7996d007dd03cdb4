import {
  Decoration,
  type DecorationSet,
  EditorState,
  EditorView,
  type Extension,
  type Range,
  ViewPlugin,
  type ViewUpdate,
} from "@uiw/react-codemirror";

/** Words inside `{{ }}` and `{% %}` that are the template language's own. */
const OWN_WORDS = new Set(
  "if elif else endif and or not is in true false none True False None defined default length lower upper title trim capitalize range namespace raise_exception strftime_now".split(
    " ",
  ),
);
const TAG = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
/** Texts, whole numbers and attributes are no variables. */
const WORD = /"[^"]*"|'[^']*'|[.|]\s*[\p{L}_][\p{L}\p{N}_]*|[\p{L}_][\p{L}\p{N}_]*/gu;

interface UsedVariable {
  name: string;
  from: number;
  to: number;
}

/** Every place where a template speaks of a variable. */
function usedVariables(template: string): UsedVariable[] {
  const found: UsedVariable[] = [];
  for (const { 0: tag, index } of template.matchAll(TAG)) {
    if (tag.startsWith("{#")) continue;
    for (const { 0: word, index: inside } of tag.matchAll(WORD)) {
      if (!/^[\p{L}_]/u.test(word) || OWN_WORDS.has(word)) continue;
      const from = index + inside;
      found.push({ name: word, from, to: from + word.length });
    }
  }
  return found;
}

/** Names of variables that a template speaks of and that are not among the known, each once. */
export function unknownVariables(template: string, known: readonly string[]): string[] {
  return [...new Set(usedVariables(template).map(({ name }) => name))].filter(
    (name) => !known.includes(name),
  );
}

/** Colours what is filled in, marks what nobody knows, and proposes the variables there are. */
export function promptLanguage(known: readonly string[]): Extension {
  return [highlighter(known), completion(known), LOOKS];
}

const tagMark = Decoration.mark({ class: "cm-tag" });
const knownMark = Decoration.mark({ class: "cm-known" });
const unknownMark = Decoration.mark({ class: "cm-unknown" });

function highlighter(known: readonly string[]): Extension {
  const decorate = (view: EditorView): DecorationSet => {
    const text = view.state.doc.toString();
    const ranges: Range<Decoration>[] = [];
    for (const { 0: tag, index } of text.matchAll(TAG)) ranges.push(tagMark.range(index, index + tag.length));
    for (const { name, from, to } of usedVariables(text)) {
      ranges.push((known.includes(name) ? knownMark : unknownMark).range(from, to));
    }
    return Decoration.set(ranges, true);
  };
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = decorate(view);
      }
      update({ docChanged, view }: ViewUpdate) {
        if (docChanged) this.decorations = decorate(view);
      }
    },
    { decorations: ({ decorations }) => decorations },
  );
}

interface CompletionPlace {
  pos: number;
  state: EditorState;
  matchBefore(expression: RegExp): { from: number; text: string } | null;
}

/** After `{{`, inside a tag, or when asked for. */
function completion(known: readonly string[]): Extension {
  const complete = (place: CompletionPlace) => {
    const open = place.matchBefore(/\{\{\s*[\p{L}\p{N}_]*|\{%[^%}]*?[\p{L}\p{N}_]*/u);
    if (open === null) return null;
    const word = /[\p{L}\p{N}_]*$/u.exec(open.text)?.[0] ?? "";
    const isOpen = open.text.startsWith("{{");
    const before = open.text.endsWith("{{") ? " " : "";
    // Brackets are closed as they are typed, unless somebody took that away.
    const after = place.state.sliceDoc(place.pos, place.pos + 2) === "}}" ? before : " }}";
    return {
      from: place.pos - word.length,
      options: known.map((name) => ({
        label: name,
        type: "variable",
        apply: isOpen ? `${before}${name}${after}` : name,
      })),
      validFor: /^[\p{L}\p{N}_]*$/u,
    };
  };
  return EditorState.languageData.of(() => [{ autocomplete: complete }]);
}

const LOOKS = EditorView.theme({
  "&": { fontSize: "14px", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.6" },
  ".cm-content": { padding: "12px 0", caretColor: "var(--color-text)" },
  ".cm-line": { padding: "0 14px" },
  "&.cm-focused .cm-cursor": { borderLeftColor: "var(--color-text)" },
  ".cm-tag": { color: "var(--color-text-secondary)" },
  ".cm-known": { color: "var(--color-link)", fontWeight: "600" },
  ".cm-unknown": { color: "var(--color-error)", textDecoration: "underline wavy 1px" },
});
