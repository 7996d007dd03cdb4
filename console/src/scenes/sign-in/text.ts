import { defineWords } from "../../text/words.ts";

export const signInWords = defineWords("sign-in", {
  en: {
    title: "Sign in",
    name: "User name",
    password: "Password",
    submit: "Sign in",
    required: "Needed",
    failed: "Signing in failed",
    wrong: "The user name or the password is not right.",
    tooOften: "Too many attempts. Wait a little and try again.",
  },
  zh: {
    title: "登录",
    name: "用户名",
    password: "密码",
    submit: "登录",
    required: "必填",
    failed: "登录失败",
    wrong: "用户名或密码不正确。",
    tooOften: "尝试次数过多，请稍后再试。",
  },
});
