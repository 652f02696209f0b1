// 同传间的排练，中文。

export const rehearseZh = {
  "rehearse.open": "排练",
  "rehearse.says": "在会议之前与搭档在同传间里练习：控制台与当天一样，并有每个代表团语言的录音讲话。没有其他人在场，也不会录音。",
} as const;
