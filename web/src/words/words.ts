// The words of the screens, in four languages. English gives the keys and the
// placeholders; the types demand that every other catalogue has exactly those,
// and a test that plural forms and placeholders are right.

import type { Instant, Text } from "../protocol/view.gen";
import type { en } from "./en";

/** The languages of the screens. Which language is heard is another matter. */
export const tongues = ["ar", "en", "ru", "zh"] as const;
export type Tongue = (typeof tongues)[number];

/** A message whose form depends on the number {n}. */
export type Plural = { readonly other: string } & { readonly [form in Exclude<Intl.LDMLPluralRule, "other">]?: string };

type English = typeof en;
export type Key = keyof English;

/** What every language must have: the same keys, plural where English is. */
export type Catalogue = { readonly [K in Key]: English[K] extends string ? string : Plural };

type Holes<S> = S extends `${string}{${infer Hole}}${infer Rest}` ? Hole | Holes<Rest> : never;
type HolesOf<K extends Key> = English[K] extends string ? Holes<English[K]> : "n" | Holes<English[K][keyof English[K]]>;

/** The arguments of a message: none where it has no placeholder. */
export type Fill<K extends Key> = [HolesOf<K>] extends [never] ? [] : [Readonly<Record<HolesOf<K>, string | number>>];

export function isTongue(tag: string): tag is Tongue {
  return (tongues as readonly string[]).includes(tag);
}

/** The screen language nearest to the tags wished for, English when none is near. */
export function nearest(wishes: readonly string[]): Tongue {
  for (const wish of wishes) {
    const base = wish.toLowerCase().split("-")[0] ?? "";
    if (isTongue(base)) return base;
  }
  return "en";
}

export function direction(tongue: Tongue): "rtl" | "ltr" {
  return tongue === "ar" ? "rtl" : "ltr";
}

/** Whether a text in this language runs from the right. */
export function runsFromRight(tag: string): boolean {
  return /^(ar|fa|he|ur|ps|yi)\b/.test(tag);
}

// Whatever is put into a sentence keeps its own direction (Unicode isolates).
const isolate = (s: string) => `\u2068${s}\u2069`;

/** One language's words, numbers, dates and names of languages. */
export class Words {
  readonly dir: "rtl" | "ltr";
  readonly #plural: Intl.PluralRules;
  readonly #number: Intl.NumberFormat;
  readonly #languages: Intl.DisplayNames;

  constructor(
    readonly tongue: Tongue,
    private readonly catalogue: Catalogue,
  ) {
    this.dir = direction(tongue);
    this.#plural = new Intl.PluralRules(tongue);
    this.#number = new Intl.NumberFormat(`${tongue}-u-nu-latn`);
    this.#languages = new Intl.DisplayNames([tongue], { type: "language" });
  }

  t<K extends Key>(key: K, ...fill: Fill<K>): string {
    const holes = (fill[0] ?? {}) as Readonly<Record<string, string | number>>;
    const message: string | Plural = this.catalogue[key];
    const text =
      typeof message === "string" ? message : (message[this.#plural.select(Number(holes["n"]))] ?? message.other);
    return text.replace(/\{(\w+)\}/g, (_, hole: string) => {
      const value = holes[hole] ?? "";
      return typeof value === "number" ? this.number(value) : isolate(value);
    });
  }

  has(key: string): key is Key {
    return Object.hasOwn(this.catalogue, key);
  }

  number(n: number): string {
    return this.#number.format(n);
  }

  /** A text in this language or, failing that, in English, or in whichever it has. */
  pick(text: Text | undefined): { readonly text: string; readonly lang: string } {
    const all = Object.keys(text ?? {}).sort();
    const lang = [this.tongue, "en", ...all].find((l) => text?.[l] !== undefined) ?? this.tongue;
    return { text: text?.[lang] ?? "", lang };
  }

  /** The name of a language, in this one. */
  language(tag: string): string {
    return capital(this.#languages.of(tag) ?? tag, this.tongue);
  }

  /** What stands between the members of a list, with the space after it where there is one. */
  get comma(): string {
    return this.tongue === "ar" ? "، " : this.tongue === "zh" ? "、" : ", ";
  }

  /** Hour and minute in a zone: "14:05". */
  time(at: Instant | number, zone: string): string {
    return this.#format(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
  }

  /** What a zone's hour is called: "Switzerland Time"; the zone's own name where no better is known. */
  zone(zone: string): string {
    if (/^(Etc\/)?(UTC|GMT)$/.test(zone)) return "UTC";
    try {
      const format = new Intl.DateTimeFormat(`${this.tongue}-u-nu-latn`, { timeZone: zone, timeZoneName: "shortGeneric" });
      return format.formatToParts().find((part) => part.type === "timeZoneName")?.value ?? zone;
    } catch {
      return zone;
    }
  }

  /** A day with its weekday, as the language's newspapers write it. */
  date(at: Instant | number, zone: string): string {
    if (this.tongue !== "ar") {
      return this.#format(at, { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: zone });
    }
    // Arabic readers are divided between two families of month names: both are written.
    const part = (o: Intl.DateTimeFormatOptions, l = "ar") =>
      new Intl.DateTimeFormat(`${l}-u-nu-latn-ca-gregory`, { ...o, timeZone: zone }).format(moment(at));
    const months = [part({ month: "long" }, "ar-EG"), part({ month: "long" }, "ar-SY")];
    const month = months[0] === months[1] ? months[0] : months.join("/ ");
    return `${part({ weekday: "long" })} ${part({ day: "numeric" })} ${month} ${part({ year: "numeric" })}`;
  }

  #format(at: Instant | number, options: Intl.DateTimeFormatOptions): string {
    return new Intl.DateTimeFormat(`${this.tongue}-u-nu-latn-ca-gregory`, options).format(moment(at));
  }
}

function moment(at: Instant | number): Date {
  return new Date(at);
}

function capital(name: string, tongue: Tongue): string {
  return name.charAt(0).toLocaleUpperCase(tongue) + name.slice(1);
}

/** A language's name in itself, for a list to choose from. */
export function ownName(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  return capital(name, nearest([tag]));
}
