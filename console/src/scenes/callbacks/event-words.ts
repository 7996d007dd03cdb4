/** When each event happens, by its type, in Chinese. The server says it in English. */
export const CHINESE_SUMMARIES: Readonly<Record<string, string>> = {
  "agent.published": "智能体的一个版本在某个渠道上线。",
  "agent.unpublished": "智能体从某个渠道下架。",
  "agent.deleted": "智能体被删除。",
  "agent.audit-recovered": "对渠道服务器的一次询问因本服务停止或存储出错而中断，重新询问后得到了答复。",
  "conversation.created": "开始了一个会话。",
  "turn.completed": "一次回答已完成，或被调用方停止；已有的内容会保留。",
  "turn.failed": "一次回答失败或中断；已有的内容会保留。",
  "feedback.changed": "有人评价了回答、修改了评价或撤回了评价。",
  "turn.actions":
    "由适配器发起的、或不只是回答的一轮结束：其决定的全部动作，供执行方执行。适配器只会收到自己发起的轮次，其他方不会收到。",
  "conversation.handed-over": "会话已转人工：消息会保留，在交还之前不再回答。",
  "conversation.released": "会话交还给智能体：由调用、由说明此意的消息，或因长时间没有消息。",
  "usage.recorded": "一轮对话使用模型的用量与费用。",
  "endpoint.disabled": "回调端点被停用：手动、长时间失败，或对方表示已不存在；应发送给它的事件会保留。",
  "endpoint.failing": "回调端点连续失败四次。",
  "endpoint.recovered": "失败的回调端点恢复正常。",
  "delivery.exhausted": "事件在最后一次重试后仍未送达；可以手动重新发送。",
};
