/** What the server writes into the page for the scripts: one build fits every installation. */
function settingOf(name: string): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name="antiphon-${name}"]`)?.content;
}

/** What styles that scripts add must carry for the content security policy. */
export const cspNonce: string = settingOf("csp-nonce") ?? "";

/** Where programs reach this server. */
export const serverUrl: string = settingOf("server-url") ?? location.origin;
