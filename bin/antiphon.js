#!/usr/bin/env node
// Plain old JavaScript on purpose: any Node must be able to read this file far enough to say what is wrong.
import nodeModule from "node:module";
import { fileURLToPath } from "node:url";

const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    `antiphon needs Node 24 or newer, this is ${process.versions.node}. On Linux \`npm ci\` brings its own: ` +
      "start with `npm start` or `npx antiphon`; elsewhere install Node 24.\n",
  );
  process.exitCode = 1;
} else {
  // Keeps compiled code and stripped types between starts; where it cannot write, starts are slower, that is all.
  nodeModule.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/antiphon", import.meta.url)));
  await import("../src/main.ts");
}
