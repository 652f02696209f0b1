// What the headphones and the listener's one control say, in English.

export const hearingEn = {
  "console.bass": "Bass",
  "console.treble": "Treble",
  "console.key.bass-less": "Less bass",
  "console.key.bass-more": "More bass",
  "console.key.treble-less": "Less treble",
  "console.key.treble-more": "More treble",
  "console.loud": "It has been loud in your headphones for minutes. Turning it down spares your ears.",
  "console.comfortable": "This is comfortable",
  "console.comfortable.says": "While somebody speaks and it is pleasant to listen to, press this. From then on you are told when it has been much louder for minutes.",
  "console.comfortable.at": "Comfortable: {level} dBFS",
  "console.comfortable.none": "Nobody has spoken in the last half minute.",

  "hear.under.none": "Interpreter alone",
  "hear.under.full": "As loud",
  "hear.under.by": "{dB} dB lower",

  "stage.split": "Size of the speaker’s picture",
} as const;
