import { upToDateWebBuild } from "../../src/web-build.ts";

/** Vitest's global set-up: the pages are built of the sources that are here. */
export async function setup(): Promise<void> {
  const built = await upToDateWebBuild((line) => process.stderr.write(`${line}\n`));
  if ("problem" in built) process.stderr.write(`the pages could not be built:\n${built.problem}\n`);
}
