// What the headphones and the listener's one control say, in Russian.

export const hearingRu = {
  "console.bass": "Низкие",
  "console.treble": "Высокие",
  "console.key.bass-less": "Меньше низких",
  "console.key.bass-more": "Больше низких",
  "console.key.treble-less": "Меньше высоких",
  "console.key.treble-more": "Больше высоких",
  "console.loud": "В наушниках уже несколько минут громко. Сделайте тише: так легче для слуха.",
  "console.comfortable": "Так удобно",
  "console.comfortable.says": "Нажмите, пока кто-то говорит и слушать приятно. После этого вам скажут, если несколько минут будет намного громче.",
  "console.comfortable.at": "Удобный уровень: {level} dBFS",
  "console.comfortable.none": "За последние полминуты никто не говорил.",

  "hear.under.none": "только переводчик",
  "hear.under.full": "так же громко",
  "hear.under.by": "тише на {dB} дБ",

  "stage.split": "Размер изображения выступающего",
} as const;
