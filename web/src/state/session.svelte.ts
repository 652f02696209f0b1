// A seat's session in this browser: the live link, the two media connections
// and the devices, kept in agreement with the view. Screens read it; it draws
// nothing.

import { untrack } from "svelte";
import type { ActKind, Answer, With } from "../protocol/acts";
import { serversShelf, type Shelf } from "../protocol/documents";
import { LiveLink, type ChatLine, type LinkState } from "../protocol/live";
import { own, Refusal } from "../protocol/problem";
import { authorization, type Standing } from "../protocol/standing";
import { pressSlots, roomSlots, type Audience, type BoothId, type Chat, type SlotName, type View } from "../protocol/view.gen";
import type { Wall } from "../protocol/wall";
import { isPicture, Receiving } from "../protocol/whep";
import { Sending } from "../protocol/whip";
import { chosenBefore, keepChosen, open as openDevices, stop, type Chosen, type Opened } from "../media/capture";
import { Keeper } from "../media/keeper";
import { listening } from "../media/listening";
import { Reporter } from "../media/report";
import { floor, measure } from "../media/level";
import { watchSizes } from "../media/sizes";
import { found } from "./airtest";
import { banner, reducedByLine, type Banner, type MediaState } from "./banner";
import { sample, serverNow, type Offset } from "./clock";
import { incomingOf } from "./console";
import { MicrophoneKey, needsNow, open as microphoneOpen } from "./microphone";
import { apart, channelAlone, gains, incomingGains, speaksApart, underBefore, type Gains } from "./mix";
import { blank, settle, settlesIn, type Settled } from "./settle";
import type { Seated, SeatMedia } from "./seated";
import { Sharing } from "./sharing";
import { follow, type Watched } from "./wall";

const noTracks: ReadonlyMap<SlotName, MediaStreamTrack> = new Map();
/** A connection younger than this is not doubted because of what the view says of it. */
const trusted = 4_000;

export class Session implements Seated {
  #view = $state.raw<View>();
  revision = $state(0);
  link = $state.raw<LinkState>({ at: "connecting", attempt: 1 });
  chats = $state.raw<readonly ChatLine[]>([]);
  refusal = $state.raw<Refusal>();
  opened = $state.raw<Opened>();
  chosen = $state.raw<Chosen>({ headset: false });
  under = $state(underBefore(localStorage));
  volume = $state(1);
  now = $state(Date.now());

  watched = $state.raw<Watched>();

  #tracks = $state.raw(noTracks);
  #level = $state(floor);
  #sending = $state<MediaState>("off");
  #receiving = $state<MediaState>("off");
  #device = $state<"ok" | "microphone-lost" | "camera-lost">("ok");
  #held = $state(false);
  #closing = $state(false);
  readonly #key = new MicrophoneKey(() => this.#obey(), () => void this.act("go-off-air"));
  #settled = $state.raw<Settled>(blank);
  #settling: ReturnType<typeof setTimeout> | undefined;

  #offset: Offset | undefined;
  readonly #live: LiveLink;
  readonly #sender: Keeper<Sending>;
  readonly #receiver: Keeper<Receiving>;
  #sendingNow: Sending | undefined;
  #receivingNow: Receiving | undefined;
  #stopMeasuring = () => {};
  #opening: Promise<void> | undefined;
  readonly #sharing: Sharing;
  readonly documents: Shelf;
  readonly #ends: (() => void)[] = [];

  constructor(readonly standing: Standing) {
    const auth = authorization(standing);
    this.chosen = chosenBefore(localStorage);
    this.documents = serversShelf(standing);
    this.#sharing = new Sharing(auth, (kind, ...with_) => this.act(kind, ...with_));
    this.#sender = new Keeper(() => new Sending({ url: "/api/whip", authorization: auth }, this.opened?.media ?? new MediaStream()), {
      state: (state) => (this.#sending = state),
      current: (c) => (this.#sendingNow = c),
      silent: () => this.#suspect(this.#receiver),
    });
    this.#receiver = new Keeper(
      () => new Receiving({ url: "/api/whep", authorization: auth }, this.#pressSeat() ? pressSlots : roomSlots),
      {
        state: (state) => (this.#receiving = state),
        current: (c) => {
          this.#receivingNow = c;
          this.#tracks = c?.tracks ?? noTracks;
        },
        silent: () => this.#suspect(this.#sender),
      },
    );
    const url = new URL("/api/live", window.location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.#live = new LiveLink(url.href, auth, {
      state: (state) => this.#linkIs(state),
      view: (view, revision) => this.#take(view, revision),
      chat: (line) => (this.chats = [...this.chats.slice(-499), line]),
      clock: (now) => (this.#offset = sample(this.#offset, now, Date.now())),
      wall: (wall) => (this.watched = follow(this.watched, wall as Wall)),
    });
    const reporter = new Reporter(
      () => ({ ...this.connections, local: this.opened?.media, airTest: found(localStorage, this.#view?.me.seat, Date.now()) }),
      (report) => this.#live.report(report),
    );
    this.#ends.push(() => reporter.close());
    this.#listen();
    this.#ends.push(
      $effect.root(() => {
        $effect(() => {
          const wanted = this.#situation();
          untrack(() => this.#settle(wanted));
        });
      }),
      () => clearTimeout(this.#settling),
      watchSizes(
        () => [...this.#tracks.keys()].filter(isPicture),
        (sizes) => this.#live.sizes(sizes),
      ),
    );
  }

  /** Whether the first view has come. */
  get known(): boolean {
    return this.#view !== undefined;
  }

  get view(): View {
    if (!this.#view) throw new Error("no view yet");
    return this.#view;
  }

  get media(): SeatMedia {
    return {
      local: this.opened?.media,
      tracks: this.#tracks,
      level: this.#level,
      speaker: this.chosen.speaker ?? "",
    };
  }

  /** The media connections as they are now, for who reports how they are. */
  get connections(): { readonly sending: RTCPeerConnection | undefined; readonly receiving: Receiving | undefined } {
    return { sending: this.#sendingNow?.pc, receiving: this.#receivingNow };
  }

  get banner(): Banner | undefined {
    return this.#settled.shown;
  }

  get held(): boolean {
    return this.#held;
  }

  get gains(): Gains {
    const view = this.#view;
    if (!view) return { original: 0, channel: 0 };
    const table =
      view.me.role === "interpreter"
        ? incomingGains(incomingOf(view.me), this.volume)
        : gains(view.channels, { hears: view.me.hears, under: this.under, alone: channelAlone(view) });
    return speaksApart(view) ? apart(table) : table;
  }

  async act<K extends ActKind>(kind: K, ...with_: With<K>): Promise<Answer | undefined> {
    try {
      this.refusal = undefined;
      return await this.#key.during(kind, () => this.#live.act(kind, with_[0]));
    } catch (why) {
      this.refusal = why instanceof Refusal ? why : own("not-understood", String(why));
      return undefined;
    }
  }

  wholePress(on: boolean): void {
    this.#live.wall({ press: on });
  }

  say(chat: Chat, text: string, booth?: BoothId): void {
    this.#live.chat(chat, text, booth);
  }

  mute(on: boolean): void {
    this.#closing = on;
    this.#obey();
    void this.act("mute", { on });
  }

  soundHeld(): void {
    this.#held = true;
  }

  startSound(): void {
    this.#held = false;
  }

  putAwayRefusal(): void {
    this.refusal = undefined;
  }

  shareScreen(to: Audience): Promise<void> {
    return this.#sharing.share(to);
  }

  stopSharing(): void {
    this.#sharing.stop();
  }

  leave(): void {
    void this.act("leave").then((done) => done && this.#closeDevices());
  }

  again(): void {
    this.#live.again();
  }

  /** Opens the devices the role needs, once; the choice is the one kept on this device. */
  openDevices(): Promise<void> {
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Takes other devices into use, in the running connection too. */
  async choose(chosen: Chosen): Promise<void> {
    const before = this.chosen;
    this.chosen = chosen;
    keepChosen(localStorage, chosen);
    if (before.microphone === chosen.microphone && before.camera === chosen.camera && before.headset === chosen.headset) return;
    await this.openDevices();
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#live.close();
    this.#sender.want(false);
    this.#receiver.want(false);
    this.#closeDevices();
    this.#sharing.close();
  }

  /** A seat that is open elsewhere, or withdrawn, lets go of everything here. */
  #linkIs(state: LinkState): void {
    this.link = state;
    if (state.at !== "ended") return;
    this.#sender.want(false);
    this.#receiver.want(false);
    this.#closeDevices();
  }

  #pressSeat(): boolean {
    return this.#view?.me.role === "reporter" || this.#view?.me.role === "press-officer";
  }

  #take(view: View, revision: number): void {
    this.#offset = sample(this.#offset, view.now, Date.now());
    this.now = serverNow(this.#offset, Date.now());
    this.#view = view;
    this.revision = revision;
    if (view.me.muted) this.#closing = false;
    this.#key.seen(view);
    this.#obey();
  }

  /** What the banner would say, were it to say everything at once. */
  #situation(): Banner | undefined {
    const view = this.#view;
    return banner({
      link: this.link,
      sending: this.#sending,
      receiving: this.#receiving,
      speaking: view !== undefined && view.me.sends.includes("microphone") && microphoneOpen(view, this.#closing),
      reduced: view !== undefined && reducedByLine(view),
      device: this.#device,
      soundHeld: this.#held,
      view,
    });
  }

  #settle(wanted: Banner | undefined): void {
    clearTimeout(this.#settling);
    const now = performance.now();
    this.#settled = settle(this.#settled, wanted, now);
    const wait = settlesIn(this.#settled, now);
    if (wait !== undefined) this.#settling = setTimeout(() => this.#settle(wanted), wait);
  }

  /** Makes microphone and connections agree with the view. */
  #obey(): void {
    const view = this.#view;
    if (!view || this.link.at === "ended") return;
    if (view.summit.phase === "ended") this.#closeDevices();
    for (const track of this.opened?.media.getAudioTracks() ?? []) {
      track.enabled = microphoneOpen(view, this.#closing || this.#key.stale, this.#key.pressed);
    }
    const { connects, sends } = view.me;
    this.#receiver.want(connects);
    const has = (this.opened?.media.getTracks().length ?? 0) > 0;
    const need = needsNow(view);
    const lacks = (["microphone", "camera"] as const).some((kind) => need[kind] && this.opened?.[kind] === "not-needed");
    if (!need.microphone && !need.camera && has) this.#closeDevices();
    else if (connects && sends.length > 0 && (!this.opened || lacks)) void this.openDevices();
    this.#sender.want(connects && sends.length > 0 && (this.opened?.media.getTracks().length ?? 0) > 0);
    this.#doubt(view);
    this.#sharing.follow(view);
  }

  /** When the switchboard has no connection of this seat, the one here is dead, whatever it looks like. */
  #doubt(view: View): void {
    const me = view.seats.find((s) => s.id === view.me.seat);
    if (!me || !view.me.connects) return;
    if (!me.receives && this.#receiver.age() > trusted) this.#receiver.renew();
    if (me.sends.length === 0 && this.#sender.age() > trusted) this.#sender.renew();
  }

  async #open(): Promise<void> {
    const role = this.#view?.me.role;
    if (!role || !navigator.mediaDevices) return;
    const before = this.opened;
    // The old device is let go first: some can be opened only once.
    stop(before?.media);
    const opened = await openDevices(role, this.chosen, this.#view && needsNow(this.#view));
    this.opened = opened;
    this.#device = "ok";
    // A page that captures may play: what the browser held back is tried again.
    this.#held = false;
    listening().echoes(opened.media.getAudioTracks()[0]);
    this.#stopMeasuring();
    this.#level = floor;
    this.#stopMeasuring = measure(opened.media.getAudioTracks(), (dbfs) => (this.#level = dbfs));
    for (const track of opened.media.getTracks()) {
      track.addEventListener("ended", () => {
        if (this.opened === opened) this.#device = track.kind === "audio" ? "microphone-lost" : "camera-lost";
      });
    }
    this.#obey();
    if (before) await this.#swap(opened.media);
  }

  async #swap(after: MediaStream): Promise<void> {
    if (this.#sendingNow?.takes(after)) await this.#sendingNow.replace(after);
    else this.#sender.renew();
  }

  /** One connection has fallen silent: what goes over the same network is looked at too. */
  #suspect(other: Pick<Keeper<Sending>, "suspect">): void {
    other.suspect();
    this.#live.doubt();
  }

  /** Another network, or the same one again: everything goes on from there at once. */
  #moved(): void {
    this.#live.hurry();
    this.#receiver.moved();
    this.#sender.moved();
  }

  #closeDevices(): void {
    this.#stopMeasuring();
    stop(this.opened?.media);
    this.opened = undefined;
  }

  #listen(): void {
    const on = (target: EventTarget, name: string, ear: () => void) => {
      target.addEventListener(name, ear);
      this.#ends.push(() => target.removeEventListener(name, ear));
    };
    on(window, "online", () => this.#moved());
    // From one network to another without a moment between: Wi-Fi to mobile.
    // The event comes for every new estimate of its speed too.
    const network = (navigator as { readonly connection?: EventTarget & { readonly type?: string } }).connection;
    let kind = network?.type;
    if (network) {
      on(network, "change", () => {
        if (network.type !== kind && network.type !== "none") this.#moved();
        kind = network.type;
      });
    }
    // A page that was not looked at may have been frozen.
    on(document, "visibilitychange", () => {
      if (document.visibilityState === "visible") this.#live.hurry();
    });
    on(document, "resume", () => this.#moved());
    // Any press will do for a browser that waits for one.
    for (const press of ["pointerup", "keyup"]) {
      on(window, press, () => {
        if (this.#held) this.startSound();
      });
    }
    if (navigator.mediaDevices) {
      on(navigator.mediaDevices, "devicechange", () => {
        if (this.#device !== "ok") void this.openDevices();
      });
    }
    const timer = setInterval(() => (this.now = serverNow(this.#offset, Date.now())), 1000);
    this.#ends.push(() => clearInterval(timer));
  }
}
