// The rehearsal of an interpreter's booth, days before the summit.

import { refusalOf } from "./problem";

/** The link into the rehearsal of one's summit. The error is a Refusal. */
export async function rehearsal(authorization: string): Promise<string> {
  const answer = await fetch("/api/rehearsal", { method: "POST", headers: { Authorization: `Liqa ${authorization}` } });
  if (!answer.ok) throw await refusalOf(answer);
  return ((await answer.json()) as { readonly link: string }).link;
}
