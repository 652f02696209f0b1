// Where a program of the person's own sends to, and the token that lets it
// send for the seat and do nothing else.

import { refusalOf } from "./problem";

export interface Sender {
  readonly url: string;
  readonly token: string;
}

export async function sender(authorization: string): Promise<Sender> {
  const answer = await fetch("/api/sender", { headers: { Authorization: `Liqa ${authorization}` } });
  if (!answer.ok) throw await refusalOf(answer);
  return (await answer.json()) as Sender;
}
