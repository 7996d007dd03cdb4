import type { Membership } from "../api/session.ts";
import { useWords } from "../text/words.ts";
import { shellWords } from "./text.ts";

/** Which workspace the pages show; only its name where there is no other. */
export function WorkspaceSwitch({
  memberships,
  chosen,
  onChoose,
}: {
  memberships: Membership[];
  chosen: Membership;
  onChoose(workspaceId: string): void;
}) {
  const t = useWords(shellWords);
  if (memberships.length === 1) return <p className="shell-workspace">{chosen.name}</p>;
  return (
    <select
      className="shell-workspaces"
      aria-label={t("workspace")}
      value={chosen.workspaceId}
      onChange={({ target }) => onChoose(target.value)}
    >
      {memberships.map(({ workspaceId, name }) => (
        <option key={workspaceId} value={workspaceId}>
          {name}
        </option>
      ))}
    </select>
  );
}
