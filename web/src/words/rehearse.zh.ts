// 译员间的排练，中文。

export const rehearseZh = {
  "rehearse.open": "排练",
  "rehearse.says": "在会议之前与搭档在译员间里练习：控制台与当天一样，并有每个代表团语言的录音讲话。没有其他人在场，也不会录音。",
  "rehearse.before": "峰会开始前您可以排练。",
  "rehearse.line": "排练：峰会中没有人看到或听到，也不会录制。",
  "rehearse.ends": "本次排练将于{at}结束，以便您在峰会开始时已在译员间。",
  "rehearse.listen": "以代表身份收听",
  "rehearse.to-summit": "前往峰会",
  "rehearse.over.title": "排练已结束",
  "rehearse.over.says": "峰会即将开始，或已无人在此。按一个键即可回到您的席位：Enter。",
} as const;
