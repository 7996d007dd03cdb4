import { cspNonce } from "../page-settings.ts";

/**
 * Gives the nonce of the page to every style element that is made: some of what we build on adds styles without asking
 * for it, and the content security policy would refuse them.
 */
export function allowStyles(): void {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = cspNonce;
    return element;
  }) as Document["createElement"];
}
