/** What stands on the controls that the walk uses. */
export interface WalkWords {
  locale: string;
  signInName: string;
  yourName: string;
  owner: string;
  password: string;
  passwordAgain: string;
  createOwner: string;
  otherServer: string;
  modelAddress: string;
  modelName: string;
  model: string;
  apiKey: string;
  test: string;
  works: RegExp;
  save: string;
  newAgent: string;
  name: string;
  support: RegExp;
  agent: string;
  create: string;
  askDraft: string;
  question: string;
  answer: string[];
  publish: string;
  live: string;
  newLink: string;
  origins: string;
  embed: string;
  yourMessage: string;
}

export const WALK_WORDS: Record<"en" | "zh", WalkWords> = {
  en: {
    locale: "en-GB",
    signInName: "Sign-in name",
    yourName: "Your name",
    owner: "Olivia",
    password: "Password",
    passwordAgain: "Password again",
    createOwner: "Create the owner",
    otherServer: "Another server",
    modelAddress: "Address",
    modelName: "Name",
    model: "Model",
    apiKey: "API key",
    test: "Test",
    works: /It answers/,
    save: "Save",
    newAgent: "New agent",
    name: "Name",
    support: /Customer service/,
    agent: "Bicycle shop",
    create: "Create",
    askDraft: "Ask something…",
    question: "Do you repair wheels?",
    answer: [
      "Yes: **wheels are trued while you wait**, ",
      "spokes take a day.\n\n",
      "Shall I book a visit for you?",
    ],
    publish: "Publish",
    live: "Live",
    newLink: "New link",
    origins: "Pages that may embed it",
    embed: "Embed",
    yourMessage: "Your message",
  },
  zh: {
    locale: "zh-CN",
    signInName: "登录名",
    yourName: "你的名字",
    owner: "小林",
    password: "密码",
    passwordAgain: "再次输入密码",
    createOwner: "创建所有者",
    otherServer: "其他服务",
    modelAddress: "地址",
    modelName: "名称",
    model: "模型",
    apiKey: "API 密钥",
    test: "测试",
    works: /可用/,
    save: "保存",
    newAgent: "新建智能体",
    name: "名称",
    support: /客户服务/,
    agent: "自行车店",
    create: "创建",
    askDraft: "问点什么…",
    question: "你们修车轮吗？",
    answer: ["修的：**车轮可以当场校正**，", "换辐条需要一天。\n\n", "要帮您预约吗？"],
    publish: "发布",
    live: "已上线",
    newLink: "新建链接",
    origins: "允许嵌入的网页",
    embed: "嵌入",
    yourMessage: "你的消息",
  },
};
