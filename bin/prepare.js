// Part of `npm ci` and of `npm start`: builds the pages where their sources are new. Plain old JavaScript, as any Node
// may run it; never a reason for an installation or a start to fail: the APIs are there without pages.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    `the pages are not built yet: Node ${process.versions.node} is too old, 24 is needed\n`,
  );
} else {
  const { upToDateWebBuild } = await import("../src/web-build.ts");
  const built = await upToDateWebBuild((line) => process.stderr.write(`${line}\n`));
  if ("problem" in built) process.stderr.write(`the pages could not be built:\n${built.problem}\n`);
}
