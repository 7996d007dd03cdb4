import { DomainError } from "../../domain/errors.ts";

/** Bytes at the beginning of a file that tell what it is. */
export const HEAD_BYTES = 4_096;

/** Pictures are what their content says, whichever of these endings they have. */
const IMAGES = ["jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "bmp", "tif", "tiff", "pcd"];

/** Files that are neither pictures nor texts, by ending. Source: spec page §9. */
const OTHERS = endings({
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  ppt: "application/vnd.ms-powerpoint",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  pdf: "application/pdf",
  numbers: "application/vnd.apple.numbers",
  wav: "audio/wav",
  mp3: "audio/mpeg",
  flac: "audio/flac",
  m4a: "audio/mp4",
  aac: "audio/aac",
  ogg: "audio/ogg",
  wma: "audio/x-ms-wma",
  mid: "audio/midi",
  midi: "audio/midi",
  mp4: "video/mp4",
  m4v: "video/mp4",
  avi: "video/x-msvideo",
  mov: "video/quicktime",
  "3gp": "video/3gpp",
  flv: "video/x-flv",
  webm: "video/webm",
  wmv: "video/x-ms-wmv",
  rmvb: "application/vnd.rn-realmedia-vbr",
  mkv: "video/x-matroska",
  rar: "application/vnd.rar",
  zip: "application/zip",
  "7z": "application/x-7z-compressed",
  gz: "application/gzip",
  bz2: "application/x-bzip2",
});

const TEXTS = endings({ csv: "text/csv", md: "text/markdown", json: "application/json" });

/**
 * Source code and other text. Markup is here too, as plain text: nothing may ever be shown as a page of ours.
 * Unverified: the vendor says "source code" without a list.
 */
const SOURCE_CODE = new Set(
  (
    "txt log tsv markdown rst tex srt vtt ini cfg conf toml yaml yml properties xml html htm css scss less " +
    "py ipynb java kt kts scala groovy c h cc cpp cxx hpp hh cs m mm swift go rs rb php pl lua r jl dart " +
    "js mjs cjs jsx ts tsx vue svelte sh bash zsh ps1 bat sql graphql proto gradle cmake dockerfile makefile " +
    "asm s hs erl ex exs clj elm f90 pas vb diff patch jsonl ndjson"
  ).split(" "),
);

/** How a file begins, as Latin-1, and what it then is. `.` stands for any byte. */
const PICTURES: [RegExp, string][] = [
  [/^\x89PNG\r\n/, "image/png"],
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^GIF8[79]a/, "image/gif"],
  [/^RIFF.{4}WEBP/s, "image/webp"],
  [/^BM.{8}/s, "image/bmp"],
  [/^(II\*\0|MM\0\*)/, "image/tiff"],
  [/^.{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif)/s, "image/heic"],
  [/^.{2048}PCD_IPI/s, "image/x-photo-cd"],
];
const ZIP = /^PK/;
const OFFICE = /^(\xd0\xcf.\xe0|\{\\rtf)/;
/** How documents and archives begin; sound and film have too many forms. */
const BEGINNINGS = endings({
  pdf: /^.{0,1000}%PDF-/s,
  doc: OFFICE,
  xls: OFFICE,
  ppt: OFFICE,
  docx: ZIP,
  xlsx: ZIP,
  pptx: ZIP,
  numbers: ZIP,
  zip: ZIP,
  rar: /^Rar!/,
  "7z": /^7z\xbc\xaf/,
  gz: /^.\x8b/s,
  bz2: /^BZh/,
});
/** Windows, Linux, macOS and Java programs, WebAssembly, Android. */
const PROGRAM = /^(MZ|\x7fELF|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe|\0asm|dex\n)/;
const MARKUP = /^(\xef\xbb\xbf)?\s*<(!doctype|!--|html|head|body|script|svg|iframe|\?xml)/i;
const UTF_16 = /^(\xff\xfe|\xfe\xff)/;

/**
 * What a file is, by its content where that tells and by the ending of its name otherwise. Rejects with
 * `request_invalid` what is not on the list, a program whatever its name, a picture that is none, markup and text
 * that pretend to be something else, and text that is binary. Files without an ending may be pictures or text.
 */
export function mediaTypeOf(name: string, head: Buffer): string {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const start = head.toString("latin1");
  const picture = PICTURES.find(([pattern]) => pattern.test(start))?.[1];
  const isText = UTF_16.test(start) || !start.includes("\0");
  const text = TEXTS.get(ending) ?? (SOURCE_CODE.has(ending) || ending === "" ? "text/plain" : undefined);
  if (PROGRAM.test(start) && !(isText && text !== undefined)) throw refused("programs are not accepted");
  if (IMAGES.includes(ending) || (ending === "" && picture !== undefined)) {
    if (picture === undefined) throw refused("the content is not that of a picture");
    return picture;
  }
  if (text !== undefined) {
    if (!isText) throw refused("the content is not text");
    return text;
  }
  const other = OTHERS.get(ending);
  if (other === undefined) throw refused(`files with the ending "${ending.slice(0, 20)}" are not accepted`);
  if (MARKUP.test(start) || BEGINNINGS.get(ending)?.test(start) === false) {
    throw refused(`the content is not that of a file with the ending "${ending}"`);
  }
  return other;
}

function refused(why: string): DomainError {
  return new DomainError("request_invalid", why, { field: "file" });
}

/** Endings come from callers: an object would know `constructor` too. */
function endings<T>(table: Record<string, T>): ReadonlyMap<string, T> {
  return new Map(Object.entries(table));
}
