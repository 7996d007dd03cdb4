import { defineWords } from "../../text/words.ts";

/** When each event happens, by its type. */
export const eventWords = defineWords("callback-events", {
  en: {
    "agent.published": "A version of an agent became the live one of a channel.",
    "agent.unpublished": "An agent was taken off a channel.",
    "agent.deleted": "An agent was deleted.",
    "agent.audit-recovered":
      "A question to a channel's server was interrupted, because this server ended or its store failed, and was answered when it was asked again.",
    "conversation.created": "A conversation was begun.",
    "turn.completed": "An answer was completed, or stopped by its caller; what there is of it is kept.",
    "turn.failed": "An answer failed or was interrupted; what there is of it is kept.",
    "feedback.changed": "Somebody rated an answer, rated it differently or took the rating back.",
    "turn.actions":
      "A turn ended that an adapter started, or that did more than answer: everything it decided, for who carries it out. An adapter is told of the turns it started, and nobody else is.",
    "conversation.handed-over":
      "A conversation is with a person now: its messages are kept and not answered until it is released.",
    "conversation.released":
      "A conversation is with its agent again: by a call, by a message that says so, or because it was quiet for long.",
    "usage.recorded": "What one turn used of a model, and what it cost.",
    "endpoint.disabled":
      "A callback endpoint was disabled by hand, because it failed for too long, or because it said that it is gone; what it should get is held.",
    "endpoint.failing": "A callback endpoint has failed four times running.",
    "endpoint.recovered": "A callback endpoint that was failing works again.",
    "delivery.exhausted":
      "An event could not be delivered by the last attempt of its schedule; it can be sent again by hand.",
  },
  zh: {
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
  },
});
