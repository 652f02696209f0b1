// Texts, slides and term lists for the booths, in English.

export const textsEn = {
  "refused.no-such-purpose": "Say what the document is: a speech text, slides, a term list, or something else.",
  "refused.terms-kind": "A term list is a text: a spreadsheet saved as “CSV UTF-8”, with commas, semicolons or tabs. Save it so, and hand it in again.",
  "refused.terms-encoding": "The term list is not a text in UTF-8. Save it as “CSV UTF-8”, and hand it in again.",
  "refused.terms-none": "The term list has no terms. Its first row names the languages; each row after it is a term.",
  "refused.terms-language": "Column {column} of the term list is headed “{name}”, which is no language. Name the language of each column in the first row, such as “ar” or “Arabic”, or head it “note”.",
  "refused.terms-twice": "Column {column} of the term list is headed “{name}”, as another one is. Keep one column of each.",
  "refused.terms-one-language": "The term list has one language only. Its first row names two or more, separated by commas, semicolons or tabs.",
  "refused.terms-row": "Line {line} of the term list does not have as many cells as the first. A cell with a comma in it stands in quotation marks.",
  "refused.terms-quotes": "A quotation mark in line {line} of the term list is not closed, or stands inside a cell. Inside a quoted cell it is written twice.",
  "refused.terms-cell": "A cell in line {line} of the term list has more than {limit} letters. Shorten it, and hand the list in again.",
  "refused.terms-size": "The term list is longer than can be used beside a console: {limit} terms, {languages} columns and 1 MiB at most. Hand it in in parts.",
} as const;
