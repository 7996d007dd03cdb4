import { useEffect, useId } from "react";
import { useWords } from "../text/words.ts";
import { shareWords } from "./text.ts";
import type { ConversationDesk } from "./use-conversation.ts";
import type { Variable } from "./wire.ts";

/** What the agent is to know before the first question. */
export function InputsForm({ variables, desk }: { variables: Variable[]; desk: ConversationDesk }) {
  const t = useWords(shareWords);
  return (
    <fieldset className="bubble bubble-answer inputs">
      <legend className="visually-hidden">{t("inputs")}</legend>
      {variables.map((variable) => (
        <Field key={variable.key} variable={variable} desk={desk} />
      ))}
    </fieldset>
  );
}

function Field({
  variable: { key, name, type, required, choices, maxLength },
  desk: { inputs, give, state },
}: {
  variable: Variable;
  desk: ConversationDesk;
}) {
  const t = useWords(shareWords);
  const id = useId();
  const { refused } = state;
  const isWrong = refused?.variable === key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with every refusal
  useEffect(() => {
    if (isWrong) document.getElementById(id)?.focus();
  }, [id, isWrong, refused]);
  const field = {
    ...{ id, required, value: inputs.get(key) ?? "", "aria-invalid": isWrong },
    onChange: ({ target }: { target: { value: string } }) => give(key, target.value),
  };
  return (
    <div>
      <label htmlFor={id}>
        {name}
        {!required && <span className="share-hint"> {t("optional")}</span>}
      </label>
      {type === "enum" && (
        <select {...field}>
          <option value="" />
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
      {type === "paragraph" && <textarea rows={2} maxLength={maxLength} {...field} />}
      {type === "text" && <input maxLength={maxLength} {...field} />}
    </div>
  );
}
