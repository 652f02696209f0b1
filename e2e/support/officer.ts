// The protocol officer of a story, acting over the same live connection as the
// officer's screen, without drawing it.
import { randomBytes } from 'node:crypto';
import WebSocket from 'ws';
import type { Server } from './server.ts';

export interface View {
  readonly room: { readonly coverage: string; readonly floor?: string; readonly item?: string };
  readonly seats: readonly {
    readonly id: string;
    readonly presence: string;
    readonly sends: readonly string[];
    readonly muted: boolean;
    readonly hand: number;
  }[];
  readonly booths: readonly { readonly id: string; readonly onAir?: string }[];
  readonly press?: { readonly seatsReceiving: number; readonly publicReceiving: number; readonly clear: boolean };
  readonly slots: readonly { readonly slot: string; readonly carries?: { readonly seat?: string } }[];
}

export class Wire {
  view: View | undefined;
  #ws: WebSocket;
  #next = 0;
  #answers = new Map<number, (a: Answer) => void>();
  #watchers = new Set<() => void>();

  private constructor(
    ws: WebSocket,
    private readonly server: Server,
    private readonly authorization: string,
  ) {
    this.#ws = ws;
    ws.addEventListener('message', (e) => this.#read(JSON.parse(String(e.data)) as Message));
  }

  /** Redeems a link on a device of its own and connects. */
  static async open(server: Server, link: string): Promise<Wire> {
    const [summit, seat, secret] = new URL(link).hash.slice(1).split('.');
    const credential = randomBytes(32).toString('hex');
    const res = await fetch(`${server.url}/api/redeem`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ summit, seat, secret, credential }),
    });
    if (!res.ok) throw new Error(`not redeemed: ${await res.text()}`);
    return Wire.#connect(server, `${summit}.${seat}.${credential}`);
  }

  /** Connects again on the same device. */
  async again(): Promise<Wire> {
    return Wire.#connect(this.server, this.authorization);
  }

  static async #connect(server: Server, authorization: string): Promise<Wire> {
    const ws = new WebSocket(`${server.url.replace('http', 'ws')}/api/live`);
    await new Promise((done, failed) => {
      ws.addEventListener('open', done, { once: true });
      ws.addEventListener('error', failed, { once: true });
    });
    const wire = new Wire(ws, server, authorization);
    ws.send(JSON.stringify({ authorization }));
    await wire.until(() => true);
    return wire;
  }

  /** Does an act; a refusal is thrown by its code. */
  async act(act: string, args: Record<string, unknown> = {}): Promise<void> {
    const a = await this.ask(act, args);
    if (!a.ok) throw new Error(`${act}: ${a.refusal?.code} ${a.refusal?.detail}`);
  }

  async ask(act: string, args: Record<string, unknown> = {}): Promise<Answer> {
    const id = ++this.#next;
    const answer = new Promise<Answer>((done) => this.#answers.set(id, done));
    this.#ws.send(JSON.stringify({ type: 'act', id, act, with: args }));
    return answer;
  }

  /** A call of the seat's own. */
  async call(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(this.server.url + path, {
      method,
      headers: { Authorization: `Liqa ${this.authorization}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async until(is: (v: View) => boolean, ms = 45_000): Promise<View> {
    const deadline = Date.now() + ms;
    while (!this.view || !is(this.view)) {
      if (Date.now() > deadline) throw new Error(`the view never came to it: ${JSON.stringify(this.view)}`);
      await new Promise<void>((seen) => {
        const timer = setTimeout(look, 200);
        const watchers = this.#watchers;
        function look() {
          clearTimeout(timer);
          watchers.delete(look);
          seen();
        }
        watchers.add(look);
      });
    }
    return this.view;
  }

  /** Admits whoever waits, from now on. */
  admitting(): void {
    // Once each: who asks again with every view asks more often than a person could.
    const admitted = new Set<string>();
    const admit = () => {
      for (const { id, presence } of this.view?.seats ?? []) {
        if (presence !== 'waiting') admitted.delete(id);
        else if (!admitted.has(id)) {
          admitted.add(id);
          void this.ask('admit', { seat: id }).then((a) => a.ok || admitted.delete(id));
        }
      }
      this.#watchers.add(admit);
    };
    admit();
  }

  async present(...seats: string[]): Promise<void> {
    await this.until((v) => seats.every((id) => v.seats.some((s) => s.id === id && s.presence === 'present')));
  }

  async sending(...seats: string[]): Promise<void> {
    await this.until((v) => seats.every((id) => v.seats.some((s) => s.id === id && s.sends.length > 0)));
  }

  close(): void {
    this.#ws.close();
  }

  #read(m: Message): void {
    if (m.type === 'answer') {
      this.#answers.get(m.re)?.(m);
      this.#answers.delete(m.re);
    } else if (m.type === 'snapshot' || m.type === 'change') {
      this.view = m.view;
      const watchers = [...this.#watchers];
      for (const w of watchers) w();
    }
  }
}

interface Answer {
  readonly ok: boolean;
  readonly refusal?: { readonly code: string; readonly detail?: string };
}

type Message =
  | ({ readonly type: 'answer'; readonly re: number } & Answer)
  | { readonly type: 'snapshot' | 'change'; readonly view: View }
  | { readonly type: 'pulse' };

/** An officer who is in and admits everybody. */
export async function officer(server: Server, link: string): Promise<Wire> {
  const wire = await Wire.open(server, link);
  await wire.act('arrive');
  wire.admitting();
  return wire;
}
