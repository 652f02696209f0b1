// What the headphones and the listener's one control say, in Arabic.

export const hearingAr = {
  "console.bass": "الجهير",
  "console.treble": "الحاد",
  "console.key.bass-less": "جهير أقل",
  "console.key.bass-more": "جهير أكثر",
  "console.key.treble-less": "حاد أقل",
  "console.key.treble-more": "حاد أكثر",
  "console.loud": "الصوت مرتفع في سماعتك منذ دقائق. خفضه يريح أذنيك.",
  "console.comfortable": "هذا المستوى مريح",
  "console.comfortable.says": "اضغط هنا حين يتكلم أحدهم ويكون الاستماع مريحًا. بعدها تُنبَّه متى صار الصوت أعلى كثيرًا لدقائق.",
  "console.comfortable.at": "المستوى المريح: {level} dBFS",
  "console.comfortable.none": "لم يتكلم أحد في نصف الدقيقة الأخيرة.",

  "hear.under.none": "المترجم وحده",
  "hear.under.full": "بالعلو نفسه",
  "hear.under.by": "أخفض بمقدار {dB} ديسيبل",

  "stage.split": "حجم صورة المتحدث",
} as const;
