// A screen that this seat shares: what the browser lets be chosen, sent over a
// connection of its own, until either side stops it.

import type { ActKind, Answer, With } from "../protocol/acts";
import type { Audience, View } from "../protocol/view.gen";
import { Sending } from "../protocol/whip";
import { stop } from "../media/capture";
import { Keeper } from "../media/keeper";

/** A page is read: rather sharp than smooth. */
const wanted: DisplayMediaStreamOptions = { video: { frameRate: { max: 15 }, width: { max: 1920 }, height: { max: 1080 } }, audio: false };

type Act = <K extends ActKind>(kind: K, ...with_: With<K>) => Promise<Answer | undefined>;

export class Sharing {
  #sent: { readonly media: MediaStream; readonly keeper: Keeper<Sending> } | undefined;
  #asking = false;

  constructor(
    private readonly authorization: string,
    private readonly act: Act,
  ) {}

  /** Lets the person choose a screen, asks whether it may be shared, and sends it. */
  async share(to: Audience): Promise<void> {
    let media: MediaStream;
    try {
      media = await navigator.mediaDevices.getDisplayMedia(wanted);
    } catch {
      return; // they chose none
    }
    this.#asking = true;
    const agreed = await this.act("share-screen", { to });
    this.#asking = false;
    if (!agreed) {
      stop(media);
      return;
    }
    this.#drop();
    const keeper = new Keeper(() => new Sending({ url: "/api/whip?purpose=screen", authorization: this.authorization }, media, "screen"), {
      state: () => undefined,
      current: () => undefined,
    });
    this.#sent = { media, keeper };
    // The browser has a button of its own to stop it.
    media.getVideoTracks()[0]?.addEventListener("ended", () => this.stop());
    keeper.want(true);
  }

  stop(): void {
    if (!this.#sent) return;
    this.#drop();
    void this.act("stop-sharing");
  }

  /** Agrees with the view: somebody else may have stopped it, or this page is a new one that has no screen to send. */
  follow(view: Pick<View, "me">): void {
    if (this.#asking) return;
    if (view.me.sharing === undefined) this.#drop();
    else if (!this.#sent) void this.act("stop-sharing");
  }

  close(): void {
    this.#drop();
  }

  #drop(): void {
    this.#sent?.keeper.want(false);
    stop(this.#sent?.media);
    this.#sent = undefined;
  }
}
