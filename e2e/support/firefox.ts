// A person whose browser is Debian's Firefox, driven over WebDriver BiDi
// (https://w3c.github.io/webdriver-bidi/): Playwright drives a Firefox of its
// own make only. No more of the protocol is here than the stories need.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { signatures, small, type Person as Name } from './media.ts';
import { sounds, whose } from './person.ts';

export const executable = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';

/** Fake devices, no questions, nothing fetched, few processes. */
const preferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'media.autoplay.block-webaudio': false,
  // A loudspeaker where there is none: without one no audio context runs.
  'media.cubeb.force_mock_context': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.gmp-manager.updateEnabled': false,
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.newtabpage.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.ipc.processPrelaunch.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'intl.accept_languages': 'en',
} as const;

/** Milliseconds that a Firefox may take to start beside other work, and a page to come to something. */
const patient = 60_000;

/**
 * An address of this machine that Firefox exchanges media with; it never does
 * with the loopback's, whatever its preferences say. Undefined where there is none.
 */
export function outside(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find((a) => a.family === 'IPv4' && !a.internal)?.address;
}

interface Reply {
  readonly id?: number;
  readonly type: string;
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

/**
 * Its fake microphone stops for moments when the machine is busy: what others
 * hear of it is waited for, and no silence of it says anything.
 */
export class FirefoxPerson {
  #next = 0;
  readonly #waiting = new Map<number, (r: Reply) => void>();
  #context = '';

  private constructor(
    private readonly browser: ChildProcess,
    private readonly socket: WebSocket,
    private readonly profile: string,
  ) {
    socket.on('message', (text) => {
      const reply = JSON.parse(String(text)) as Reply;
      if (reply.id === undefined) return;
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
  }

  /** A Firefox whose microphone sounds of a person's tone, and whose camera shows their colour. */
  static async arrive(name: Name): Promise<FirefoxPerson> {
    const profile = mkdtempSync(join(tmpdir(), 'liqa-firefox-'));
    const all = { ...preferences, 'media.navigator.audio.fake_frequency': signatures[name].tone };
    const lines = Object.entries(all).map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});`);
    writeFileSync(join(profile, 'user.js'), lines.join('\n'));
    const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
    const env = { ...process.env, HOME: profile };
    const browser = spawn(executable, args, { stdio: ['ignore', 'ignore', 'pipe'], env, detached: true });
    running.add(browser);
    browser.once('exit', () => running.delete(browser));
    const address = await listening(browser);
    const socket = new WebSocket(`${address}/session`);
    await new Promise((open, failed) => socket.once('open', open).once('error', failed));
    const person = new FirefoxPerson(browser, socket, profile);
    await person.#call('session.new', { capabilities: {} });
    const tree = (await person.#call('browsingContext.getTree')) as { contexts: { context: string }[] };
    person.#context = tree.contexts[0]!.context;
    const ears = readFileSync(join(import.meta.dirname, 'ears.js'), 'utf8');
    await person.#call('script.addPreloadScript', {
      functionDeclaration: `() => {
        localStorage.setItem('liqa/devices', JSON.stringify({ headset: true })); // nothing cancels the tone
        (${camera})(${JSON.stringify(signatures[name].colour)}, ${JSON.stringify(small)});
        ${ears}
      }`,
    });
    return person;
  }

  /** Opens a seat's link and takes the seat, as far as the door. */
  async open(link: string): Promise<void> {
    await this.#call('browsingContext.navigate', { context: this.#context, url: link, wait: 'complete' });
    await this.press('[data-act=open-seat]');
    await this.press('[data-act=enter]');
  }

  /** Presses a button as soon as it can be pressed. */
  async press(selector: string): Promise<void> {
    const button = `document.querySelector(${JSON.stringify(selector)})`;
    const pressed = await this.until(() => this.evaluate<boolean>(`(() => { const b = ${button}; if (!b || b.disabled) return false; b.click(); return true; })()`));
    if (!pressed) throw new Error(`${selector} could not be pressed:\n${await this.evaluate<string>('document.body.innerText')}`);
  }

  /** Waits until a slot's output is one person's tone and nobody else's. */
  async hearsOnly(slot: string, name: Name): Promise<void> {
    const tones = Object.fromEntries(Object.entries(signatures).map(([n, s]) => [n, s.tone]));
    let heard: Name[] = [];
    const alone = await this.until(async () => {
      heard = sounds(await this.evaluate(`liqaEars.tones(${JSON.stringify(slot)}, ${JSON.stringify(tones)})`), -45);
      return heard.length === 1 && heard[0] === name;
    });
    if (!alone) throw new Error(`${slot} sounds of ${heard.join(', ') || 'nobody'} in Firefox, and should of ${name}`);
  }

  /** Waits until a slot's picture is of one person's colour. */
  async seesOnly(slot: string, name: Name): Promise<void> {
    let seen = '';
    const right = await this.until(async () => {
      seen = whose(await this.evaluate<[number, number, number] | null>(`liqaEars.colour(${JSON.stringify(slot)})`));
      return seen === name;
    });
    if (!right) throw new Error(`${slot} shows ${seen} in Firefox, and should ${name}`);
  }

  /** Waits until an expression of the page is true. */
  async sees(expression: string): Promise<void> {
    if (await this.until(() => this.evaluate<boolean>(expression))) return;
    throw new Error(`never true in Firefox: ${expression}\n${await this.evaluate<string>('document.body.innerText')}`);
  }

  async leave(): Promise<void> {
    const gone = new Promise((r) => this.browser.once('exit', r));
    end(this.browser);
    if (this.browser.exitCode === null && this.browser.signalCode === null) await gone;
    this.socket.terminate();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  /** Asks until the answer is yes; false when it never was. */
  private async until(is: () => Promise<boolean>): Promise<boolean> {
    for (const deadline = Date.now() + patient; Date.now() < deadline; await new Promise((r) => setTimeout(r, 250))) {
      if (await is()) return true;
    }
    return false;
  }

  /** What an expression gives, once it has come; as JSON, which is all a story needs. */
  async evaluate<T>(expression: string): Promise<T> {
    const reply = (await this.#call('script.evaluate', {
      expression: `(async () => JSON.stringify((await (${expression})) ?? null))()`,
      target: { context: this.#context },
      awaitPromise: true,
      userActivation: true,
    })) as { type: string; result?: { value?: string }; exceptionDetails?: { text: string } };
    if (reply.type !== 'success') throw new Error(`${expression}: ${reply.exceptionDetails?.text}`);
    return JSON.parse(reply.result?.value ?? 'null') as T;
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#next;
    const answer = new Promise<unknown>((done, failed) =>
      this.#waiting.set(id, (r) => (r.type === 'success' ? done(r.result) : failed(new Error(`${method}: ${r.error}: ${r.message}`)))),
    );
    this.socket.send(JSON.stringify({ id, method, params }));
    return answer;
  }
}

/** In the page: Firefox's own fake camera changes its colour all the time; a person's keeps it. */
const camera = `(colour, size) => {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, size);
  const pen = canvas.getContext('2d');
  let step = 0;
  setInterval(() => {
    pen.fillStyle = 'rgb(' + colour.join(' ') + ')';
    pen.fillRect(0, 0, size.width, size.height);
    pen.fillStyle = 'white';
    pen.fillRect((step++ * 16) % size.width, size.height - 16, 16, 16);
  }, 100);
  const ask = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = async function (wanted) {
    const stream = await ask.call(this, wanted);
    for (const fake of stream.getVideoTracks()) {
      const track = canvas.captureStream(10).getVideoTracks()[0];
      const settings = fake.getSettings();
      track.getSettings = () => ({ ...settings, ...size, frameRate: 10 });
      stream.removeTrack(fake);
      fake.stop();
      stream.addTrack(track);
    }
    return stream;
  };
}`;

/** Ends a browser with all its processes; a story that has failed leaves none behind. */
function end(browser: ChildProcess): void {
  try {
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(end));

/** Waits until the browser says where it listens. */
function listening(browser: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    let said = '';
    const late = setTimeout(() => failed(new Error(`Firefox did not start:\n${said}`)), patient);
    browser.once('exit', () => failed(new Error(`Firefox ended:\n${said}`)));
    browser.stderr!.on('data', (b: Buffer) => {
      said += String(b);
      const address = /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(late);
      found(address);
    });
  });
}
