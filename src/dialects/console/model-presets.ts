/** Vendors and servers that people connect most, with what their documentation says. */
export interface ModelPreset {
  id: string;
  /** As the vendor writes it. */
  name: string;
  provider: "openai-compatible" | "anthropic" | "google";
  /** Null: the provider knows it. */
  baseUrl: string | null;
  /** The same for accounts elsewhere. */
  otherBaseUrls: string[];
  /** Where a key is made; null: none is needed. */
  keyUrl: string | null;
  /** Names to begin with; vendors rename their models often. */
  models: string[];
  /** Local: it runs on one's own machine. */
  isLocal: boolean;
  maxTokensField?: "max_completion_tokens";
}

export const MODEL_PRESETS: readonly ModelPreset[] = [
  {
    id: "deepseek",
    name: "DeepSeek",
    provider: "openai-compatible",
    baseUrl: "https://api.deepseek.com/v1",
    otherBaseUrls: [],
    keyUrl: "https://platform.deepseek.com/api_keys",
    models: ["deepseek-chat", "deepseek-reasoner"],
    isLocal: false,
  },
  {
    id: "qwen",
    name: "Qwen (通义千问)",
    provider: "openai-compatible",
    baseUrl: "https://dashscope.aliyuncs.com/compatible-mode/v1",
    otherBaseUrls: [
      "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
      "https://dashscope-us.aliyuncs.com/compatible-mode/v1",
    ],
    keyUrl: "https://bailian.console.aliyun.com/?tab=model#/api-key",
    models: ["qwen-plus", "qwen3-max", "qwen-flash"],
    isLocal: false,
  },
  {
    id: "doubao",
    name: "Doubao (豆包)",
    provider: "openai-compatible",
    baseUrl: "https://ark.cn-beijing.volces.com/api/v3",
    otherBaseUrls: [],
    keyUrl: "https://console.volcengine.com/ark/region:ark+cn-beijing/apiKey",
    models: ["doubao-seed-1-6-251015", "doubao-seed-1-6-flash-250828"],
    isLocal: false,
  },
  {
    id: "moonshot",
    name: "Moonshot (Kimi)",
    provider: "openai-compatible",
    baseUrl: "https://api.moonshot.cn/v1",
    otherBaseUrls: ["https://api.moonshot.ai/v1"],
    keyUrl: "https://platform.moonshot.cn/console/api-keys",
    models: ["kimi-k2.5", "kimi-k2-turbo-preview"],
    isLocal: false,
  },
  {
    id: "openai",
    name: "OpenAI",
    provider: "openai-compatible",
    baseUrl: "https://api.openai.com/v1",
    otherBaseUrls: [],
    keyUrl: "https://platform.openai.com/api-keys",
    models: ["gpt-5-mini", "gpt-5", "gpt-4.1"],
    isLocal: false,
    maxTokensField: "max_completion_tokens",
  },
  {
    id: "anthropic",
    name: "Anthropic (Claude)",
    provider: "anthropic",
    baseUrl: null,
    otherBaseUrls: [],
    keyUrl: "https://console.anthropic.com/settings/keys",
    models: ["claude-sonnet-4-5", "claude-haiku-4-5"],
    isLocal: false,
  },
  {
    id: "gemini",
    name: "Google Gemini",
    provider: "google",
    baseUrl: null,
    otherBaseUrls: [],
    keyUrl: "https://aistudio.google.com/apikey",
    models: ["gemini-2.5-flash", "gemini-2.5-pro"],
    isLocal: false,
  },
  {
    id: "ollama",
    name: "Ollama",
    provider: "openai-compatible",
    baseUrl: "http://127.0.0.1:11434/v1",
    otherBaseUrls: [],
    keyUrl: null,
    models: ["qwen3:8b", "llama3.2"],
    isLocal: true,
  },
  {
    id: "vllm",
    name: "vLLM",
    provider: "openai-compatible",
    baseUrl: "http://127.0.0.1:8000/v1",
    otherBaseUrls: [],
    keyUrl: null,
    models: ["Qwen/Qwen3-8B"],
    isLocal: true,
  },
];
