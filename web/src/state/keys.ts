// The keys of the interpreter's console: what each does, and what an
// interpreter has made of them. By the physical key: the same fingers in every
// layout, and a foot or hand switch that types a key is a key like any other.

/** What a key of the console does, in the order in which they are listed. */
export const commands = [
  "toggle-microphone",
  "cough",
  "handover",
  "decline",
  "output-a",
  "output-b",
  "output-c",
  "direction",
  "incoming-change",
  "incoming-preselect",
  "incoming-auto",
  "incoming-floor",
  "incoming-1",
  "incoming-2",
  "incoming-3",
  "slow-down",
  "too-quiet",
  "bad-sound",
  "insufficient",
  "call-technician",
  "call-officer",
  "louder",
  "quieter",
  "to-incoming",
  "to-partner",
  "bass-less",
  "bass-more",
  "treble-less",
  "treble-more",
  "text-find",
  "text-next",
  "text-previous",
] as const;
export type Command = (typeof commands)[number];

/** One key for each command, by KeyboardEvent.code. */
export type Keys = Readonly<Record<Command, string>>;

export const usual: Keys = {
  "toggle-microphone": "KeyM",
  "cough": "Space",
  "handover": "KeyH",
  "decline": "KeyN",
  "output-a": "Digit1",
  "output-b": "Digit2",
  "output-c": "Digit3",
  "direction": "KeyD",
  "incoming-change": "KeyR",
  "incoming-preselect": "KeyE",
  "incoming-auto": "KeyF",
  // The floor is channel 0 wherever there are channels.
  "incoming-floor": "Digit0",
  "incoming-1": "Digit7",
  "incoming-2": "Digit8",
  "incoming-3": "Digit9",
  "slow-down": "KeyS",
  "too-quiet": "KeyQ",
  "bad-sound": "KeyB",
  "insufficient": "KeyI",
  "call-technician": "KeyT",
  "call-officer": "KeyO",
  "louder": "ArrowUp",
  "quieter": "ArrowDown",
  "to-incoming": "Comma",
  "to-partner": "Period",
  "bass-less": "KeyZ",
  "bass-more": "KeyX",
  "treble-less": "KeyC",
  "treble-more": "KeyV",
  "text-find": "Slash",
  "text-next": "BracketRight",
  "text-previous": "BracketLeft",
};

/** A key press as far as it matters here. */
export interface Press {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  /** What has the focus: something to type into, something that arrows move, or anything else. */
  readonly on: "text" | "slider" | "else";
}

/** What has the focus, as far as it takes keys for itself. */
export function focusOf(target: { readonly tagName: string; readonly type?: string; readonly role?: string | null } | undefined): Press["on"] {
  if (target?.tagName === "INPUT" && target.type === "range") return "slider";
  if (target?.role === "separator") return "slider";
  return ["INPUT", "TEXTAREA", "SELECT"].includes(target?.tagName ?? "") ? "text" : "else";
}

/** Keys that no keyboard has and nothing is typed with: those of foot and hand switches. */
const switches = /^F(1[3-9]|2[0-4])$/;
const moves = /^(Arrow|Home$|End$|Page)/;

/** The command of a key press; undefined where the key belongs to something else. */
export function command(press: Press, keys: Keys = usual): Command | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey || press.repeat) return undefined;
  if (press.on === "text" && !switches.test(press.code)) return undefined;
  if (press.on === "slider" && moves.test(press.code)) return undefined;
  return commands.find((c) => keys[c] === press.code);
}

/** Keys that the browser, a screen reader or the moving about in a page needs. */
const others = new Set(["Tab", "Escape", "Enter", "NumpadEnter", "F5", "F11", "F12"]);

/** Whether a key may be given to a command; a modifier alone types nothing. */
export function free(code: string): boolean {
  return code !== "" && !others.has(code) && !/^(Shift|Control|Alt|Meta|OS|CapsLock)/.test(code);
}

/** Gives a command another key; a command that had it gets the old one, so that none is without. */
export function remap(keys: Keys, of: Command, code: string): Keys {
  if (!free(code)) return keys;
  const had = commands.find((c) => keys[c] === code);
  return { ...keys, ...(had ? { [had]: keys[of] } : {}), [of]: code };
}

const signs: Readonly<Record<string, string>> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  BracketLeft: "[",
  BracketRight: "]",
  Semicolon: ";",
  Quote: "'",
  Comma: ",",
  Period: ".",
  Slash: "/",
  Backslash: "\\",
  Minus: "-",
  Equal: "=",
  Backquote: "`",
};

/** What stands on a key, as short as on the key itself. */
export function shown(code: string): string {
  return signs[code] ?? code.replace(/^(Key|Digit)/, "").replace(/^Numpad/, "Num ");
}
