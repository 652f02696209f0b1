// The worker of read.ts: whatever a document costs to be read, the console's own
// page does not wait for it.

import { paragraphsOf } from "./kinds";
import { Unreadable } from "./paragraph";
import type { Answer, Ask } from "./read";

onmessage = async ({ data }: MessageEvent<Ask>) => {
  const say = (answer: Answer) => postMessage(answer);
  try {
    say({ paragraphs: await paragraphsOf(data.type, data.file, data.bytes) });
  } catch (why) {
    say({ code: why instanceof Unreadable ? why.code : "broken" });
  }
};
