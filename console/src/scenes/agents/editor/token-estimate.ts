/** CJK ideographs, kana, hangul and full-width forms: about one token each. */
const WIDE = /[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/g;

/** Roughly how many tokens a text costs, as the server estimates it: one per wide character, one per four others. */
export function estimateTokens(text: string): number {
  const wide = text.match(WIDE)?.length ?? 0;
  return wide + Math.ceil((text.length - wide) / 4);
}
