// What the headphones and the listener's one control say, in Chinese.

export const hearingZh = {
  "console.bass": "低音",
  "console.treble": "高音",
  "console.key.bass-less": "减低音",
  "console.key.bass-more": "加低音",
  "console.key.treble-less": "减高音",
  "console.key.treble-more": "加高音",
  "console.loud": "您的耳机已连续几分钟音量偏大，调低可保护听力。",
  "console.comfortable": "这个音量舒适",
  "console.comfortable.says": "有人发言且听着舒适时请按此键。之后若连续几分钟明显更响，会提醒您。",
  "console.comfortable.at": "舒适音量：{level} dBFS",
  "console.comfortable.none": "最近半分钟内无人发言。",

  "hear.under.none": "只听口译",
  "hear.under.full": "同样响",
  "hear.under.by": "低 {dB} 分贝",

  "stage.split": "发言人画面大小",
} as const;
