import { basename, join } from "node:path";
import { StaticFiles } from "./static.ts";

/** The built pages, or why they are missing. */
export type WebFiles = { console: StaticFiles; share: StaticFiles } | { problem: string };

/** Opens what the build of the pages left in a folder. */
export async function openWebFiles(built: { folder: string } | { problem: string }): Promise<WebFiles> {
  if ("problem" in built) return built;
  const [console, share] = await Promise.all(
    ["console", "share"].map((name) => StaticFiles.open(join(built.folder, name), basename(built.folder))),
  );
  if (console === undefined || share === undefined) throw new TypeError("two folders make two lists");
  return { console, share };
}
