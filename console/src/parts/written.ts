import { useEffect, useState } from "react";

/** A text as it is being written, and what writes it. Begins anew when what it is written for changes. */
export function useWritten(known: string): [string, (text: string) => void] {
  const [text, setText] = useState(known);
  useEffect(() => setText(known), [known]);
  return [text, setText];
}
