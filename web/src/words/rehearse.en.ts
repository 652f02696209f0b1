// The rehearsal of the booths, in English.

export const rehearseEn = {
  "rehearse.open": "Rehearse",
  "rehearse.says": "Work in your booth with your partner before the day: the console as it will be, and a recorded speech in each delegation's language. Nobody else is there, and nothing is recorded.",
} as const;
