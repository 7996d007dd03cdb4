/** Of any name in DNS. */
const LONGEST_HOST = 253;

/**
 * Why nothing is ever requested from this address, wherever it leads; undefined: nothing speaks against it.
 * Credentials, overlong hosts, and ports below 1024 where mail, shells and the like listen.
 */
export function addressProblem({ username, password, hostname, port }: URL): string | undefined {
  if (hostname === "") return "must name a host";
  if (username !== "" || password !== "") return "must hold no user name or password";
  if (hostname.length > LONGEST_HOST) return "the host name is too long";
  if (port !== "" && Number(port) < 1024 && port !== "80" && port !== "443") {
    return `port ${port} is not for web requests`;
  }
  return undefined;
}
