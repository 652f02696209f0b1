// Where a person is: which screen their seat shows.

import type { LinkState } from "../protocol/live";
import type { View } from "../protocol/view.gen";

export type Place =
  | "opened-elsewhere"
  | "withdrawn"
  | "green-room"
  | "waiting-room"
  | "left"
  | "ended"
  | "principal"
  | "delegate"
  | "interpreter"
  | "officer"
  | "technician"
  | "reporter"
  | "press-officer";

export function place(view: Pick<View, "me" | "summit">, link: LinkState): Place {
  if (link.at === "ended") return link.why;
  const { role, presence, admitted } = view.me;
  // Pages are written before, during and after the meeting, without admission to it.
  if (role === "press-officer") return role;
  const ended = view.summit.phase === "ended";
  if (ended && role !== "officer" && role !== "technician") return "ended";
  if (presence === "left" && !ended) return "left";
  if (presence === "waiting") return "waiting-room";
  if (!admitted && !ended) return "green-room";
  switch (role) {
    case "principal":
    case "interpreter":
    case "officer":
    case "technician":
    case "reporter":
      return role;
    default:
      return "delegate";
  }
}
