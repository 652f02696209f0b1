// The rehearsal of the booths, in English.

export const rehearseEn = {
  "rehearse.open": "Rehearse",
  "rehearse.says": "Work in your booth with your partner before the day: the console as it will be, and a recorded speech in each delegation's language. Nobody else is there, and nothing is recorded.",
  "rehearse.before": "Until the summit begins you can rehearse.",
  "rehearse.line": "A rehearsal: nobody of the summit sees or hears it, and nothing is recorded.",
  "rehearse.ends": "This rehearsal ends at {at}, so that you are in your booth when the summit opens.",
  "rehearse.listen": "Listen as a delegate",
  "rehearse.to-summit": "To the summit",
  "rehearse.over.title": "The rehearsal is over",
  "rehearse.over.says": "Either the summit opens, or nobody was here any more. Your own seat is one key away: Enter.",
} as const;
