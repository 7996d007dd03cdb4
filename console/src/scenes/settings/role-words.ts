import type { Role } from "../../api/session.ts";

/** What roles are called, and what they may do, by the words of the settings. */
export const ROLE_WORDS = {
  owner: { name: "roleOwner", hint: "roleOwnerHint" },
  admin: { name: "roleAdmin", hint: "roleAdminHint" },
  member: { name: "roleMember", hint: "roleMemberHint" },
  viewer: { name: "roleViewer", hint: "roleViewerHint" },
} as const satisfies Record<Role, object>;

export const ROLES = ["owner", "admin", "member", "viewer"] as const satisfies Role[];
