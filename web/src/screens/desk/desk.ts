// What the parts of the press desk share.

import type { Newsroom } from "../../protocol/desk";
import type { View } from "../../protocol/view.gen";
import type { Edition } from "../../state/edition.svelte";
import type { RecordingPlayer } from "../../state/recordingplayer.svelte";

export interface Desk {
  readonly view: View;
  readonly newsroom: Newsroom;
  readonly player: RecordingPlayer;
  readonly editions: readonly Edition[];
  /** Pictures this device has seen, by digest: addresses of blobs. */
  readonly pictures: Map<string, string>;
}
