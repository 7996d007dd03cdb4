import { NodeError } from "../node-error.ts";

/** Pictures of one question to a model. */
const IMAGE_LIMIT = 20;

/**
 * Addresses of pictures that a model's server can fetch or read; files that say they are something else are left out.
 * Throws a `NodeError` with `input_invalid`.
 */
export function imageUrls(images: unknown): string[] {
  const list = Array.isArray(images) ? images : [];
  if (list.length > IMAGE_LIMIT) {
    throw new NodeError("input_invalid", `images: there may be at most ${IMAGE_LIMIT}`);
  }
  return list.flatMap((image, index) => {
    if (isOtherFile(image)) return [];
    const url = urlOf(image);
    if (url !== undefined && (isPicture(url) || /^https?:$/.test(URL.parse(url)?.protocol ?? ""))) return url;
    throw new NodeError(
      "input_invalid",
      `images[${index}] must be an http or https address, or a data: URL of a picture; files uploaded here have neither`,
    );
  });
}

/** A file is its address, or an object that has one. */
function urlOf(file: unknown): string | undefined {
  if (typeof file === "string") return file;
  if (typeof file !== "object" || file === null || !Object.hasOwn(file, "url")) return undefined;
  const url: unknown = Reflect.get(file, "url");
  return typeof url === "string" ? url : undefined;
}

function isOtherFile(file: unknown): boolean {
  if (typeof file !== "object" || file === null || !Object.hasOwn(file, "kind")) return false;
  return Reflect.get(file, "kind") !== "image";
}

function isPicture(url: string): boolean {
  return /^data:image\/[a-z0-9.+-]+;base64,/i.test(url);
}
