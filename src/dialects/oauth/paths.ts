/** Addresses of the pages. Those of the consent page come from the SDKs (spec page §2.2), the others are our own. */
export const AUTHORIZE_PAGES = [
  "/api/permission/oauth2/authorize",
  "/api/permission/oauth2/workspace_id/:workspace_id/authorize",
];
export const DEVICE_PAGE = "/device";
export const CHANNEL_LINK_PAGE = "/channels/:channel_id/link";
/** Where channels send browsers back to. */
export const CHANNEL_CALLBACK = "/channels/:channel_id/callback";
export const SIGN_IN_PAGE = "/sign-in";
export const SIGN_OUT = "/sign-out";

/** The pages that signing in may lead back to, with their query: nothing outside this server. */
const RETURN_PATH =
  /^(?:\/device|\/channels\/[0-9]{1,20}\/link|\/api\/permission\/oauth2\/(?:workspace_id\/[0-9]{1,20}\/)?authorize)(?:\?[\x21-\x7e]*)?$/;

/** The path if it is a page of ours that one may come back to. */
export function returnPath(path: unknown): string | undefined {
  return typeof path === "string" && RETURN_PATH.test(path) ? path : undefined;
}
