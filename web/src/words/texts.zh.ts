// 口译间用的讲稿、幻灯片和术语表，中文。
import type { textsEn } from "./texts.en";

export const textsZh: { readonly [K in keyof typeof textsEn]: string } = {
  "refused.no-such-purpose": "请说明文件是什么：讲稿、幻灯片、术语表或其他。",
  "refused.terms-kind": "术语表应为文本：另存为“CSV UTF-8”的表格，以逗号、分号或制表符分隔。请这样保存后重新提交。",
  "refused.terms-encoding": "术语表不是 UTF-8 文本。请另存为“CSV UTF-8”后重新提交。",
  "refused.terms-none": "术语表中没有术语。第一行写明各种语言，其后每行一个术语。",
  "refused.terms-language": "术语表第 {column} 列的标题“{name}”不是语言。请在第一行写明每列的语言，例如“ar”或“阿拉伯语”，或以“备注”为标题。",
  "refused.terms-twice": "术语表第 {column} 列的标题“{name}”与另一列重复。每种只保留一列。",
  "refused.terms-one-language": "术语表只有一种语言。第一行应写明两种或更多语言，以逗号、分号或制表符分隔。",
  "refused.terms-row": "术语表第 {line} 行的单元格数与第一行不同。含逗号的单元格须加引号。",
  "refused.terms-quotes": "术语表第 {line} 行的引号未闭合，或位于单元格中间。在加引号的单元格内，引号须写两次。",
  "refused.terms-cell": "术语表第 {line} 行有单元格超过 {limit} 个字符。请缩短后重新提交。",
  "refused.terms-size": "术语表过长，无法在操作台旁使用：最多 {limit} 个术语、{languages} 列和 1 MiB。请分批提交。",
};
