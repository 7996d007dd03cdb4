import { Input } from "antd";
import { Labelled } from "./labelled.tsx";
import { useWritten } from "./written.ts";

/** Asks for what is written when it is left or confirmed, not with every letter. */
export function TextFilter({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string | undefined;
  onChange(value: string | undefined): void;
}) {
  const [text, write] = useWritten(value ?? "");
  return (
    <Labelled label={label}>
      {(id) => (
        <Input
          id={id}
          allowClear
          maxLength={1_000}
          value={text}
          placeholder={placeholder}
          onChange={({ target }) => write(target.value)}
          onBlur={() => onChange(text.trim())}
          onPressEnter={() => onChange(text.trim())}
          onClear={() => onChange(undefined)}
        />
      )}
    </Labelled>
  );
}
