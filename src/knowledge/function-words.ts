/** Words that say nothing about the subject; left out of queries. */
const PARTICLES: ReadonlySet<string> = new Set(
  `的 地 得 了 着 吗 呢 吧 啊 呀 嘛 哦 啦 哈 么 是 在 有 和 与 及 或 也 都 就 还 又 很 把 被 让 给 对 从 向 为 以 之 其 而 且 但 要 想 请 请问 问
   我 你 您 他 她 它 我们 你们 您们 他们 咱们 自己 大家 亲 您好 你好 谢谢 麻烦 帮 帮忙 一下 告诉 知道 想要 需要 应该 才能 个 这 那 这个 那个
   这些 那些 这里 那里 这样 那样 里 里面 上 下 中 时 吧 呗 呐 哎 嗯 然后 现在 一个 关于 进行
   a an the is are was were be been being am of to in on at for with from by and or but as so if then than it its this that
   these those i you he she they we my your our me us do does did have has had there here please tell need want would should
   about any some just also into s t m re ve ll d`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

/** Words that ask, each line one meaning; its first word stands for all. */
const QUESTION_WORDS: ReadonlyMap<string, string> = new Map(
  [
    "怎么 怎样 怎么样 如何 咋 咋样 怎么办 咋办 怎么着 how",
    "什么 啥 何 什么样 哪些 有哪些 哪种 what",
    "为什么 为何 为啥 why",
    "哪里 哪儿 在哪 哪 where",
    "什么时候 何时 when",
    "多久 多长时间 多长",
    "多少 几",
    "谁 who",
    "which",
    "能 可以 能不能 可不可以 能否 可否 能够 是否 会 会不会 can could may",
  ].flatMap((line) => {
    const words = line.split(" ");
    return words.map((word): [string, string] => [word, words[0] ?? word]);
  }),
);

const NEGATIONS: ReadonlySet<string> = new Set(
  "不 没 没有 无 未 别 无法 不能 不会 不可 不可以 不是 不要 不用 not no never cannot without don doesn didn isn won".split(
    " ",
  ),
);

export function isNegation(word: string): boolean {
  return NEGATIONS.has(word);
}

export function isParticle(word: string): boolean {
  return PARTICLES.has(word);
}

export function isQuestionWord(word: string): boolean {
  return QUESTION_WORDS.has(word);
}

/** One spelling for all question words of a meaning: 如何, 怎样 and 怎么 become the same. Others stay. */
export function sameMeaning(word: string): string {
  return QUESTION_WORDS.get(word) ?? word;
}
