import { useSearchParams } from "react-router";

/** Parameters to set; what is empty goes. */
export type Changes = Readonly<Record<string, string | undefined>>;

/**
 * The parameters of the page's address, what changes some of them, and what takes all away. Changes follow each other
 * faster than pages are drawn: each begins with the address as it is by then.
 */
export function useAddress(): [URLSearchParams, (changes: Changes) => void, () => void] {
  const [parameters, setParameters] = useSearchParams();
  const change = (changes: Changes) => {
    const next = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === "") next.delete(name);
      else next.set(name, value);
    }
    setParameters(next, { replace: true });
  };
  return [parameters, change, () => setParameters({}, { replace: true })];
}
