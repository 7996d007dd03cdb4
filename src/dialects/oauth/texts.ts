/** The languages of the pages. */
export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Everything the pages say. Both languages say the same. */
export type Texts = typeof en;

const en = {
  htmlLanguage: "en",
  ownName: "English",
  languageSwitch: "Language",
  signInTitle: "Sign in",
  userName: "User name",
  password: "Password",
  signIn: "Sign in",
  signInFailed: "The name or the password is wrong.",
  signedInAs: (nickname: string, name: string) =>
    nickname === name ? `You are signed in as ${name}.` : `You are signed in as ${nickname} (${name}).`,
  signOut: "Sign out",
  otherAccount: "Use another account",
  consentTitle: (app: string) => `Allow ${app}?`,
  consentQuestion: (app: string) => `The app ${app} asks to act for you.`,
  asWhom: "As",
  permissions: "It may",
  workspaces: "In the workspaces",
  agents: "It may chat with these agents only",
  noWorkspace: "none: you belong to no workspace this app asks for",
  afterwards: "Afterwards you return to",
  allow: "Allow",
  deny: "Deny",
  deviceTitle: "Connect a device",
  deviceHelp: "Enter the code that the device shows.",
  deviceCode: "Code",
  deviceCodeHint: "Eight letters, such as BCDF-GHJK.",
  next: "Next",
  unknownCode: "There is no device with this code, or its time is over.",
  deviceWarning:
    "Only allow this if you started it yourself, on a device in front of you, and it shows this code.",
  deviceAllowed: "The device is connected. You can close this page and go on there.",
  deviceDenied: "The device was refused. You can close this page.",
  deviceDecided: "This code was decided upon meanwhile, or its time is over.",
  errorTitle: "This does not work",
  tooManyAttempts: (minutes: number) =>
    minutes === 1
      ? "Too many attempts. Try again in a minute."
      : `Too many attempts. Try again in ${minutes} minutes.`,
  formExpired: "This form is too old, or did not come from this page. Please go back, reload and try again.",
  unknownApp: "No app is known here under the client id that the link names.",
  wrongRedirect:
    "The link would lead to an address that is not registered for this app. Nothing was sent there.",
  repeatedParameter: (name: string) => `The link has the parameter ${name} more than once.`,
  noSuchWorkspace: "The link names a workspace that you do not belong to, or that this app may not use.",
  badRequest: "The request cannot be understood.",
  serverFailed: "Something went wrong on the server. Please try again later.",
  everything: "do everything your account may do",
  permission: {
    chat: "chat with agents",
    getChat: "read chats",
    cancelChat: "stop chats",
    submitToolChat: "answer what agents ask their callers to do",
    createBot: "create agents",
    updateBot: "change agents and who works on them",
    publishBot: "publish and withdraw agents",
    listBot: "list agents",
    getMetadata: "read agents",
    listBotVersion: "list versions of agents",
    createConversation: "begin conversations",
    retrieveConversation: "read conversations",
    listConversation: "list conversations",
    editConversation: "change and delete conversations",
    createMessage: "add messages to conversations",
    retrieveMessage: "read messages",
    listMessage: "list messages",
    modifyMessage: "change messages",
    deleteMessage: "delete messages",
    feedback: "rate answers",
    uploadFile: "upload files",
    retrieveFile: "see what your uploaded files are",
    listWorkspace: "list your workspaces",
    createWorkspace: "create workspaces",
    updateWorkspace: "change workspaces",
    listWorkspaceMember: "list members of workspaces",
    addWorkspaceMember: "add members to workspaces",
    removeWorkspaceMember: "remove members from workspaces",
    retrieveVariable: "read variables of your end users",
    updateVariable: "change variables of your end users",
    listApp: "list and read apps",
    updateApp: "change who works on apps",
    duplicateTemplate: "make agents from templates",
    listFolder: "list folders",
    copyEntity: "copy agents",
    getMe: "see your name and picture",
  } as Record<string, string>,
};

const zh: Texts = {
  htmlLanguage: "zh-CN",
  ownName: "中文",
  languageSwitch: "语言",
  signInTitle: "登录",
  userName: "用户名",
  password: "密码",
  signIn: "登录",
  signInFailed: "用户名或密码不正确。",
  signedInAs: (nickname, name) =>
    nickname === name ? `当前登录账号：${name}。` : `当前登录账号：${nickname}（${name}）。`,
  signOut: "退出登录",
  otherAccount: "使用其他账号",
  consentTitle: (app) => `是否授权「${app}」？`,
  consentQuestion: (app) => `应用「${app}」请求以你的身份进行操作。`,
  asWhom: "授权账号",
  permissions: "它将可以",
  workspaces: "涉及的工作空间",
  agents: "它只能与这些智能体对话",
  noWorkspace: "无：你不属于该应用所请求的任何工作空间",
  afterwards: "之后将返回",
  allow: "同意授权",
  deny: "拒绝",
  deviceTitle: "连接设备",
  deviceHelp: "请输入设备上显示的代码。",
  deviceCode: "代码",
  deviceCodeHint: "八个字母，例如 BCDF-GHJK。",
  next: "下一步",
  unknownCode: "没有使用此代码的设备，或代码已过期。",
  deviceWarning: "只有当你本人在身边的设备上发起此操作，且设备显示的正是此代码时，才可以同意。",
  deviceAllowed: "设备已连接。你可以关闭此页面，回到设备上继续。",
  deviceDenied: "已拒绝该设备。你可以关闭此页面。",
  deviceDecided: "此代码已被处理，或已过期。",
  errorTitle: "无法继续",
  tooManyAttempts: (minutes) => `尝试次数过多，请在 ${minutes} 分钟后重试。`,
  formExpired: "表单已过期，或并非来自本页面。请返回并刷新后重试。",
  unknownApp: "链接中的 client id 在此服务器上没有对应的应用。",
  wrongRedirect: "链接要跳转的地址没有为该应用登记。没有向该地址发送任何内容。",
  repeatedParameter: (name) => `链接中的参数 ${name} 出现了多次。`,
  noSuchWorkspace: "你不属于链接指定的工作空间，或该应用不能使用它。",
  badRequest: "无法理解此请求。",
  serverFailed: "服务器出现问题，请稍后重试。",
  everything: "进行你的账号可以进行的所有操作",
  permission: {
    chat: "与智能体对话",
    getChat: "查看对话详情",
    cancelChat: "停止对话",
    submitToolChat: "提交智能体请求的工具结果",
    createBot: "创建智能体",
    updateBot: "修改智能体及其协作者",
    publishBot: "发布和下架智能体",
    listBot: "查看智能体列表",
    getMetadata: "查看智能体",
    listBotVersion: "查看智能体版本列表",
    createConversation: "创建会话",
    retrieveConversation: "查看会话",
    listConversation: "查看会话列表",
    editConversation: "修改和删除会话",
    createMessage: "在会话中添加消息",
    retrieveMessage: "查看消息",
    listMessage: "查看消息列表",
    modifyMessage: "修改消息",
    deleteMessage: "删除消息",
    feedback: "评价回答",
    uploadFile: "上传文件",
    retrieveFile: "查看你上传的文件的信息",
    listWorkspace: "查看你的工作空间列表",
    createWorkspace: "创建工作空间",
    updateWorkspace: "修改工作空间",
    listWorkspaceMember: "查看工作空间成员",
    addWorkspaceMember: "添加工作空间成员",
    removeWorkspaceMember: "移除工作空间成员",
    retrieveVariable: "查看终端用户的变量",
    updateVariable: "修改终端用户的变量",
    listApp: "查看应用",
    updateApp: "修改应用的协作者",
    duplicateTemplate: "使用模板创建智能体",
    listFolder: "查看文件夹列表",
    copyEntity: "复制智能体",
    getMe: "查看你的名称和头像",
  },
};

export const TEXTS: Record<Language, Texts> = { zh, en };

/** A permission as a person reads it; one without a sentence by its name. */
export function permissionText(texts: Texts, permission: string): string {
  if (permission === "all") return texts.everything;
  return Object.hasOwn(texts.permission, permission) ? (texts.permission[permission] ?? "") : permission;
}

/** The language of ours that a browser's `Accept-Language` likes best; English when it names neither. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  let best: { language: Language; quality: number } | undefined;
  for (const entry of (acceptLanguage ?? "").split(",")) {
    const [tag = "", ...parameters] = entry.trim().toLowerCase().split(";");
    const language = LANGUAGES.find((candidate) => tag === candidate || tag.startsWith(`${candidate}-`));
    const weight = parameters.map((text) => /^\s*q=([01](?:\.\d{1,3})?)\s*$/.exec(text)?.[1]).find(Boolean);
    const quality = weight === undefined ? 1 : Number(weight);
    if (language !== undefined && quality > (best?.quality ?? 0)) best = { language, quality };
  }
  return best?.language ?? "en";
}
