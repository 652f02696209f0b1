// What a screen of a seated person works with. The real one is a Session; the
// gallery has one that plays a fixture.

import type { Chosen, Opened } from "../media/capture";
import type { ActKind, Answer, With } from "../protocol/acts";
import type { Shelf } from "../protocol/documents";
import type { ChatLine, LinkState } from "../protocol/live";
import type { Refusal } from "../protocol/problem";
import type { Audience, BoothId, Chat, SlotName, View } from "../protocol/view.gen";
import type { Banner } from "./banner";
import type { Gains } from "./mix";
import type { Watched } from "./wall";

/** The media of a seat, as a screen shows and plays them. */
export interface SeatMedia {
  /** The seat's own camera and microphone. */
  readonly local: MediaStream | undefined;
  /** The tracks of the receiving connection, by slot; empty until it is up. */
  readonly tracks: ReadonlyMap<SlotName, MediaStreamTrack>;
  /** The loudness of this seat's own microphone, dBFS. */
  readonly level: number;
  /** Sends sound to this loudspeaker; "" is the device's own choice. */
  readonly speaker: string;
}

export interface Seated {
  readonly view: View;
  readonly revision: number;
  readonly link: LinkState;
  readonly banner: Banner | undefined;
  /** The browser waits for a press before it lets sound out. */
  readonly held: boolean;
  /** The devices, once they have been opened, and the choice among them. */
  readonly opened: Opened | undefined;
  readonly chosen: Chosen;
  readonly media: SeatMedia;
  readonly gains: Gains;
  readonly chats: readonly ChatLine[];
  /** The server's time, in milliseconds; it moves once a second. */
  readonly now: number;
  /** The last refusal of an act, until it is put away. */
  readonly refusal: Refusal | undefined;
  /** How loud the original is under the interpretation, 0 to 1. */
  under: number;
  /** Where documents are handed in and fetched. */
  readonly documents: Shelf;
  /** How loud an interpreter hears what comes in; 1 is as it comes. */
  volume: number;

  /** The technician's wall; undefined for everybody else, and until it comes. */
  readonly watched: Watched | undefined;
  /** Has every press seat shown on the wall by name, or only the worst. */
  wholePress(on: boolean): void;

  /** Does an act; undefined when it was refused, which the screen then shows. */
  act<K extends ActKind>(kind: K, ...with_: With<K>): Promise<Answer | undefined>;
  /** Of the chats with booths, an officer or technician names the booth. */
  say(chat: Chat, text: string, booth?: BoothId): void;
  /** Switches the own microphone: off at once, on when the server agrees. */
  mute(on: boolean): void;
  /** The browser held the sound back until a press; this is the press. */
  startSound(): void;
  soundHeld(): void;
  putAwayRefusal(): void;
  openDevices(): Promise<void>;
  choose(chosen: Chosen): Promise<void>;
  /** Lets the person choose a screen and shares it. */
  shareScreen(to: Audience): Promise<void>;
  stopSharing(): void;
  leave(): void;
  again(): void;
}
