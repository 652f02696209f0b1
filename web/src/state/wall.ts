// The technician's wall as a screen keeps it: the newest of each second, and
// the last minutes as lines, which the server sends once and the screen goes
// on with.

import type { Alarm, Link, Row, Trace, Wall } from "../protocol/wall";

/** So many seconds are drawn. */
export const span = 300;

export type Lines = Readonly<Record<string, Trace>>;

export interface Watched {
  readonly wall: Wall;
  readonly lines: Readonly<Record<string, Lines>>;
  readonly server: Lines;
  /** How far each channel is behind, by its language. */
  readonly channels: Lines;
}

/** The values of a seat's lines at this moment; null is what is not known. */
function valuesOf(row: Row): Record<string, number | null> {
  const sound = row.sources.find((s) => s.kind === "microphone");
  return {
    inRate: row.in?.rate ?? null,
    inLost: row.in?.lost ?? null,
    level: sound?.level ?? null,
    outRate: row.out?.rate ?? null,
    outLost: row.out?.lost ?? null,
    outDelay: row.out?.delay ?? null,
  };
}

function serverValues(wall: Wall): Record<string, number | null> {
  const { cpu, memory, in: packetsIn, out } = wall.server;
  return { cpu, memory, in: packetsIn, out, recording: wall.recorder.rate };
}

/** Lines with one more moment, after so many that were missed. */
function longer(lines: Lines | undefined, values: Readonly<Record<string, number | null>>, missed: number): Lines {
  const gap = new Array<null>(Math.min(missed, span)).fill(null);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, [...(lines?.[name] ?? []), ...gap, value].slice(-span)]),
  );
}

/** Takes in what the server has sent. */
export function follow(before: Watched | undefined, wall: Wall): Watched {
  const { history } = wall;
  if (history) return { wall, lines: history.seats, server: history.server, channels: history.channels };
  const missed = before ? Math.max(0, wall.tick - before.wall.tick - 1) : 0;
  return {
    wall,
    lines: Object.fromEntries(wall.seats.map((row) => [row.seat, longer(before?.lines[row.seat], valuesOf(row), missed)])),
    server: longer(before?.server, serverValues(wall), missed),
    channels: longer(before?.channels, Object.fromEntries(wall.channels.map((c) => [c.language, c.behind < 0 ? null : c.behind])), missed),
  };
}

/** What an alarm is, whatever its figure. */
export function alarmKey(a: Alarm): string {
  return [a.code, a.seat, a.of, a.language, a.way, a.since].join("/");
}

/** What has begun and what has ended between two moments, to be said once. */
export function news(before: readonly Alarm[], now: readonly Alarm[]): { readonly began: readonly Alarm[]; readonly ended: readonly Alarm[] } {
  const [was, is] = [new Set(before.map(alarmKey)), new Set(now.map(alarmKey))];
  return { began: now.filter((a) => !was.has(alarmKey(a))), ended: before.filter((a) => !is.has(alarmKey(a))) };
}

/** What of a link is worth an eye: the figures that an alarm begins with. */
export function poor(link: Link | undefined): "bad" | "poor" | "fine" {
  if (!link) return "fine";
  if (link.lost >= 8 || link.delay >= 800) return "bad";
  return link.lost >= 3 || link.delay >= 300 || link.quiet >= 3000 ? "poor" : "fine";
}

/** The pieces of a line, as points of a box of 100 × 20; a gap divides it. */
export function pieces(trace: Trace, low: number, high: number): readonly string[] {
  const out: string[] = [];
  let piece: string[] = [];
  const end = () => {
    if (piece.length === 1) piece.push(piece[0]!.replace(/^[\d.]+/, (x) => String(Number(x) + 0.4)));
    if (piece.length > 0) out.push(piece.join(" "));
    piece = [];
  };
  const step = Math.max(1, Math.ceil(trace.length / 100));
  const offset = span - trace.length;
  for (let i = 0; i < trace.length; i += step) {
    // Of the moments that share a point the worst is drawn.
    const values = trace.slice(i, i + step).filter((v) => v !== null);
    if (values.length === 0) {
      end();
      continue;
    }
    const part = Math.min(1, Math.max(0, (Math.max(...values) - low) / (high - low)));
    piece.push(`${(((offset + i) / (span - 1)) * 100).toFixed(1)},${(19 - part * 18).toFixed(1)}`);
  }
  end();
  return out;
}
