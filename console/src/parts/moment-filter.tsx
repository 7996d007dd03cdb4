import { Input } from "antd";
import { Labelled } from "./labelled.tsx";
import { useWritten } from "./written.ts";

/** Asks for a day or a moment, written as inputs of the browser write it; for none before its year is written out. */
export function MomentFilter({
  label,
  type,
  value,
  onChange,
}: {
  label: string;
  type: "date" | "datetime-local";
  value: string;
  onChange(value: string): void;
}) {
  const [text, write] = useWritten(value);
  const change = (next: string) => {
    write(next);
    if (!next.startsWith("0")) onChange(next);
  };
  return (
    <Labelled label={label}>
      {(id) => (
        <Input id={id} type={type} step={1} value={text} onChange={({ target }) => change(target.value)} />
      )}
    </Labelled>
  );
}
