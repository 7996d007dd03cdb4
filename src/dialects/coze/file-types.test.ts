import { describe, expect, it } from "vitest";
import { fileName } from "./file-names.ts";
import { mediaTypeOf } from "./file-types.ts";

const PNG = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const ZIP = "PK\x03\x04\x14\0";
const ELF = "\x7fELF\x02\x01\0\0";
const WINDOWS = "MZ\x90\0\x03\0";

const bytes = (latin1: string) => Buffer.from(latin1, "latin1");

describe("what a file is", () => {
  it.each([
    ["a.png", PNG, "image/png"],
    ["a.jpg", PNG, "image/png"],
    ["a.JPEG", "\xff\xd8\xff\xe0", "image/jpeg"],
    ["a.gif", "GIF89a", "image/gif"],
    ["a.webp", "RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"],
    ["a.heic", "\0\0\0\x18ftypheic", "image/heic"],
    ["a.tif", "II*\0", "image/tiff"],
    ["a.pcd", `${"\xff".repeat(2048)}PCD_IPI`, "image/x-photo-cd"],
    ["picture", PNG, "image/png"],
    ["a.pdf", "%PDF-1.7", "application/pdf"],
    ["a.docx", ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
    ["a.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-excel"],
    ["a.csv", "a,b\n1,2", "text/csv"],
    ["a.csv", "\xff\xfea\0,\0", "text/csv"],
    ["a.md", "# a", "text/markdown"],
    ["a.json", "{}", "application/json"],
    ["a.py", "#!/usr/bin/env python", "text/plain"],
    ["a.html", "<!doctype html><script>", "text/plain"],
    ["README", "hello", "text/plain"],
    ["a.txt", "", "text/plain"],
    ["a.txt", "MZ is where I come from", "text/plain"],
    ["a.mp3", "ID3\x04", "audio/mpeg"],
    ["a.mkv", "\x1aE\xdf\xa3", "video/x-matroska"],
    ["a.7z", "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"],
    ["a.tar.gz", "\x1f\x8b\x08", "application/gzip"],
  ])("%s beginning with %j is %s", (name, head, type) => {
    expect(mediaTypeOf(name, bytes(head))).toBe(type);
  });

  it.each([
    ["a program", "a.exe", WINDOWS],
    ["an ending nobody knows", "a.xyz", "hello"],
    ["a picture language that is a page", "a.svg", "<svg onload=alert(1)>"],
    ["a page called a picture", "a.png", "<html><script>alert(1)</script>"],
    ["a drawing called a picture", "a.jpg", '<?xml version="1.0"?><svg>'],
    ["an empty picture", "a.png", ""],
    ["a page called a film", "a.mp4", "  <script>alert(1)</script>"],
    ["a page called a sheet", "a.xls", "<html><table>"],
    ["text called a document", "a.pdf", "hello"],
    ["a program called a picture", "a.png", ELF],
    ["a program called a film", "a.mp4", WINDOWS],
    ["a program called text", "a.txt", ELF],
    ["a program without an ending", "run", ELF],
    ["a class file", "a.mid", "\xca\xfe\xba\xbe\0\0\0\x34"],
    ["binary called text", "a.csv", "a\0b"],
    ["a picture called a document", "a.pdf", PNG],
    ["an ending of a prototype", "a.constructor", "x"],
    ["an ending of a prototype in capitals", "a.__PROTO__", "x"],
  ])("%s is refused", (_what, name, head) => {
    expect(() => mediaTypeOf(name, bytes(head))).toThrow(
      expect.objectContaining({ code: "request_invalid", field: "file" }),
    );
  });
});

describe("the name of a file", () => {
  it.each([
    ["合同 (终稿).pdf", "合同 (终稿).pdf"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\me\\a.txt", "a.txt"],
    ["\\\\server\\share\\a.txt", "a.txt"],
    ["/", "upload"],
    ["..", "upload"],
    ["", "upload"],
    ["a\u0000b\r\n.txt", "ab.txt"],
    ["invoice\u202Etxt.exe", "invoicetxt.exe"],
    ["a\ud800.txt", "a\ufffd.txt"],
    [" a.txt ", "a.txt"],
    ["{{ 7*7 }}.txt", "{{ 7*7 }}.txt"],
  ])("%j is %j", (written, shown) => {
    expect(fileName(written)).toBe(shown);
  });

  it("is cut in the middle when it is long, by whole characters", () => {
    const name = fileName(`${"😀".repeat(400)}.jpeg`);
    expect([...name]).toHaveLength(255);
    expect(name.endsWith("😀.jpeg")).toBe(true);
    expect([...fileName(`a.${"x".repeat(400)}`)]).toHaveLength(255);
  });
});
