// A story's summit: its server, its protocol officer, and who has come.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Actor } from './actor.ts';
import { signatures, type Person as Name } from './media.ts';
import { officer, type Wire } from './officer.ts';
import { Person, type Browsing } from './person.ts';
import { Server, type Convened } from './server.ts';

/** Whose tone and colour somebody has: their seat's, where it has any. */
const nameOf = (seat: string) => (seat in signatures ? (seat as Name) : undefined);

/** A seat that the summit files do not have. */
export const technician = 'id: technician, role: technician, hears: ru, name: {en: Technician}';

export class Meeting {
  readonly #come: { leave(): unknown }[] = [];
  /** Seats that have been taken: of who sends, and of who does not. */
  readonly #senders: string[] = [];
  readonly #others: string[] = [];

  private constructor(
    readonly server: Server,
    readonly summit: Convened,
    public protocol: Wire,
  ) {}

  /** Begins at a server of its own, by a summit file that lies beside this one, with further seats where a story has any. */
  static async begin(file = 'summit.yaml', { more = [], direct }: { more?: readonly string[]; direct?: string } = {}): Promise<Meeting> {
    const server = await Server.start(direct);
    const yaml = readFileSync(join(import.meta.dirname, file), 'utf8');
    const seats = more.map((seat) => `  - {${seat}}\n`).join('');
    const summit = await server.convene(yaml.replace('run-of-show:', `${seats}run-of-show:`));
    return new Meeting(server, summit, await officer(server, summit.links['officer']!));
  }

  link(seat: string): string {
    return this.summit.links[seat]!;
  }

  /** Takes a seat with a browser, at another address than the server's where one is given. */
  async person(seat: string, { as = nameOf(seat), at, ...browsing }: { as?: Name | undefined; at?: (link: string) => string } & Browsing = {}): Promise<Person> {
    const person = this.#takes(seat, await Person.arrive(as, browsing), nameOf(seat) !== undefined);
    await person.open(at ? at(this.link(seat)) : this.link(seat));
    return person;
  }

  /** Takes a seat with another page of somebody's browser. */
  async beside(person: Person, seat: string): Promise<Person> {
    const other = await person.another();
    this.#others.push(seat);
    await other.open(this.link(seat));
    return other;
  }

  /** Takes a seat without a browser. */
  async actor(seat: string, { as = nameOf(seat), seen = false }: { as?: Name | undefined; seen?: boolean } = {}): Promise<Actor> {
    if (as === undefined) throw new Error(`${seat} has no tone of its own`);
    return this.#takes(seat, await Actor.arrive(this.link(seat), as, { seen }), true);
  }

  /** Takes a seat without a browser, and sends these files, of the picture so many a second. */
  async playing(seat: string, voice: string, camera: string, rate?: number): Promise<Actor> {
    return this.#takes(seat, await Actor.playing(this.link(seat), voice, camera, rate), true);
  }

  #takes<Who extends { leave(): unknown }>(seat: string, who: Who, sends: boolean): Who {
    this.#come.push(who);
    (sends ? this.#senders : this.#others).push(seat);
    return who;
  }

  /** Waits until all who have come are there and send. */
  async gather(): Promise<void> {
    await this.protocol.sending(...this.#senders);
    await this.protocol.present(...this.#others);
  }

  /** Begins an item when all are there, and gives somebody the floor. */
  async opens(item: string, floor?: string): Promise<void> {
    await this.gather();
    await this.protocol.act('start-item', { item });
    if (floor !== undefined) await this.protocol.act('give-floor', { seat: floor });
  }

  async end(): Promise<void> {
    await Promise.all(this.#come.map((one) => one.leave()));
    this.protocol.close();
    await this.server.stop();
  }
}
