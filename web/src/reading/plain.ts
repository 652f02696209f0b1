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
      const heading = /^#{1,6} +(.*?)[ #]*$/.exec(block);
      const spoken = (heading?.[1] ?? block)
        .replace(/!?\[([^\]\n]*)\]\([^)\n]*\)/g, "$1")
        .replace(/(\*\*|__|`)(\S(?:[^\n]*?\S)?)\1/g, "$2")
        .replace(/(?<![\p{L}\p{N}*])\*(\S(?:[^*\n]*\S)?)\*(?![\p{L}\p{N}*])/gu, "$1")
        .replace(/^> ?/gm, "");
      return heading ? { text: spoken, heading: true } : { text: spoken };
    }),
  );
}
