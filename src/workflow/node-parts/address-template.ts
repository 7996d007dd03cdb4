import { encodePlace } from "../../http/http-tool.ts";

/** `{{ … }}` within an address. */
const PLACE = /\{\{.*?\}\}/gs;

/** Scheme, host and port, with nothing to fill in. */
const FIXED_ORIGIN = /^https?:\/\/[^/?#{}\\\s@]+(?=[/?#]|$)/i;

/** What is wrong with the template of an address; undefined: nothing. Only what follows the host may be filled in. */
export function addressTemplateProblem(template: string): string | undefined {
  if (!FIXED_ORIGIN.test(template)) {
    return "must begin with http:// or https:// and a host that is written out";
  }
  const example = template.replace(PLACE, "x");
  if (/\{[{%#]/.test(example))
    return "may hold places such as {{ start.id }}, and no other parts of a template";
  return URL.canParse(example) ? undefined : "is no address";
}

/**
 * Fills in the places one by one. What they come to is encoded, so that it changes neither the host nor the parts of the
 * path, and is never read as a template.
 */
export function fillAddressTemplate(template: string, render: (place: string) => string): string {
  return template.replace(PLACE, (place) => encodePlace(render(place)));
}
