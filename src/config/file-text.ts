import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";

/**
 * Text of another file that the configuration names. Relative paths start at `folder` and must stay inside it, also
 * through links.
 */
export async function readText(
  file: string,
  { folder, maxBytes }: { folder: string; maxBytes: number },
): Promise<string | { problem: string }> {
  try {
    const path = await realpath(resolve(folder, file));
    const inside = relative(await realpath(folder), path);
    if (!isAbsolute(file) && (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside))) {
      return { problem: "leads out of this file's folder; write the absolute path if that is meant" };
    }
    const { size } = await stat(path);
    if (size > maxBytes) return { problem: `is larger than ${maxBytes} bytes` };
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError) return { problem: "is not UTF-8 text" };
    return { problem: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}
