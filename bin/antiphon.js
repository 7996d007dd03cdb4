#!/usr/bin/env node
// Plain old JavaScript on purpose: any Node must be able to read this file far enough to say what is wrong.
var major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    "antiphon needs Node 24 or newer, this is " +
      process.versions.node +
      ". On Linux `npm ci` brings its own: start with `npm start` or `npx antiphon`; elsewhere install Node 24.\n",
  );
  process.exitCode = 1;
} else {
  import("../src/main.ts").catch((error) => {
    process.stderr.write(String((error && error.stack) || error) + "\n");
    process.exitCode = 1;
  });
}
