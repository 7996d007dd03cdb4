import { z } from "zod";
import { requireMembership } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Folder } from "../../domain/folder.ts";
import type { FolderId, WorkspaceId } from "../../domain/ids.ts";
import { type CozeServices, type Endpoint, endpoint } from "./endpoint.ts";
import { formatId } from "./ids.ts";
import { optionalId } from "./present-bot.ts";
import { idOf, pageNumber, pageSize, wireId } from "./wire.ts";

const section = "§15";

const listFolders = endpoint({
  route: "GET /v1/folders",
  section,
  permission: "listFolder",
  summary: "Folders of a workspace, one level",
  query: {
    workspace_id: wireId<WorkspaceId>(),
    folder_type: z.enum(["development", "library"]),
    parent_folder_id: wireId<FolderId>().optional(),
    page_num: pageNumber,
    page_size: pageSize(20, 50),
  },
  async run({ services, caller, query }) {
    const { workspace_id: workspaceId, folder_type: kind, parent_folder_id, page_num, page_size } = query;
    requireMembership(caller, workspaceId, "viewer");
    const parentId = parent_folder_id === 0 ? undefined : parent_folder_id;
    if (parentId !== undefined && (await folderOf(services, caller, parentId)).workspaceId !== workspaceId) {
      throw noSuchFolder();
    }
    const offset = (page_num - 1) * page_size;
    const level = { workspaceId, kind, ...(parentId === undefined ? {} : { parentId }) };
    const { items, total } = await services.store.folders.list({ ...level, offset, limit: page_size });
    return {
      data: {
        items: items.map(presentFolder),
        total_count: total,
        has_more: offset + items.length < total,
      },
    };
  },
});

const retrieveFolder = endpoint({
  route: "GET /v1/folders/:folder_id",
  section,
  permission: "listFolder",
  summary: "One folder",
  async run({ services, caller, params }) {
    const id = idOf<FolderId>(params["folder_id"] ?? "");
    const { workspaceId, ...counted } = await folderOf(services, caller, id);
    return { data: presentFolder(counted) };
  },
});

export const folderEndpoints: Endpoint[] = [listFolders, retrieveFolder];

async function folderOf({ store }: CozeServices, { memberships }: TokenCaller, id: FolderId) {
  const counted = await store.folders.find(id);
  const workspaceId = counted?.folder.workspaceId;
  if (counted === undefined || !memberships.some((place) => place.workspaceId === workspaceId)) {
    throw noSuchFolder();
  }
  return { ...counted, workspaceId };
}

function noSuchFolder(): DomainError {
  return new DomainError("not_found", "no such folder");
}

/** Folder. Source: spec page §15. */
function presentFolder({ folder, childrenCount }: { folder: Folder; childrenCount: number }) {
  return {
    id: formatId(folder.id),
    name: folder.name,
    description: folder.description,
    workspace_id: formatId(folder.workspaceId),
    creator_user_id: optionalId(folder.creatorId),
    folder_type: folder.kind,
    ...(folder.parentId === undefined ? {} : { parent_folder_id: formatId(folder.parentId) }),
    children_count: childrenCount,
  };
}
