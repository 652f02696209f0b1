// Plain text and Markdown.

import { tidy, type Paragraph } from "./paragraph";

/** The paragraphs of a text: what empty lines part, or each line where there are none. */
export function plain(text: string): Paragraph[] {
  const lines = text.trim().replace(/^\ufeff/, "").split(/\r\n|\n|\r|\u2028|\u2029/);
  if (lines.every((l) => l.trim() !== "")) return tidy(lines.map((l) => ({ text: l })));
  const all: Paragraph[] = [];
  let block: string[] = [];
  for (const line of [...lines, ""]) {
    if (line.trim() !== "") block.push(line.trim());
    else if (block.length > 0) {
      all.push({ text: block.join("\n") });
      block = [];
    }
  }
  return tidy(all);
}

/** Markdown as it is read out: headings, and no signs of emphasis or links. */
export function markdown(text: string): Paragraph[] {
  const headed = text.replace(/^(#{1,6}) .*$/gm, "\n$&\n");
  return tidy(
    plain(headed).map(({ text: block }): Paragraph => {
      const heading = /^#{1,6} /.test(block);
      const lines = (heading ? headline(block) : block).split("\n");
      const spoken = lines.map((line) => line.replace(/^> ?/, "")).map(unlinked).map(unmarked).join("\n");
      return heading ? { text: spoken, heading } : { text: spoken };
    }),
  );
}

// Whoever hands a text in may have made it to be slow to read, so each of these
// goes through a line once, from the left: what is not found is not sought again.

/** A heading without the signs around it. */
function headline(block: string): string {
  let end = block.length;
  while (end > 0 && " #".includes(block[end - 1]!)) end--;
  return block.slice(0, end).replace(/^#+/, "");
}

/** A line with each link as what is shown of it. */
function unlinked(line: string): string {
  let kept = "";
  let at = 0;
  for (;;) {
    const open = line.indexOf("[", at);
    const close = open < 0 ? -1 : line.indexOf("]", open);
    if (close < 0) break;
    const end = line[close + 1] === "(" ? line.indexOf(")", close) : close;
    if (end < 0) break;
    const picture = open > at && line[open - 1] === "!";
    kept += end === close ? line.slice(at, end + 1) : line.slice(at, picture ? open - 1 : open) + line.slice(open + 1, close);
    at = end + 1;
  }
  return kept + line.slice(at);
}

const unmarked = (line: string) => unstarred(["**", "__", "`"].reduce(without, line));

/** Whether something stands here that is seen. */
const seen = (letter: string | undefined) => letter !== undefined && /\S/.test(letter);

/** A line without the pairs of a mark that stand close around words. */
function without(line: string, mark: string): string {
  let kept = "";
  let at = 0;
  let open = line.indexOf(mark);
  while (open >= 0) {
    const from = open + mark.length;
    if (!seen(line[from])) {
      open = line.indexOf(mark, open + 1);
      continue;
    }
    let close = line.indexOf(mark, from + 1);
    while (close >= 0 && !seen(line[close - 1])) close = line.indexOf(mark, close + 1);
    if (close < 0) break; // nor is any that opens later closed
    kept += line.slice(at, open) + line.slice(from, close);
    at = close + mark.length;
    open = line.indexOf(mark, at);
  }
  return kept + line.slice(at);
}

/** A line without single stars around words; those between letters or numbers multiply. */
function unstarred(line: string): string {
  const inWord = (letter: string | undefined) => letter !== undefined && /[\p{L}\p{N}*]/u.test(letter);
  let kept = "";
  let at = 0;
  for (let open = line.indexOf("*"); open >= 0; ) {
    const close = line.indexOf("*", open + 1);
    if (close < 0) break;
    if (close > open + 1 && !inWord(line[open - 1]) && seen(line[open + 1]) && seen(line[close - 1]) && !inWord(line[close + 1])) {
      kept += line.slice(at, open) + line.slice(open + 1, close);
      at = close + 1;
      open = line.indexOf("*", at);
    } else open = close;
  }
  return kept + line.slice(at);
}
