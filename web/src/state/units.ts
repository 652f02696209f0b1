// Measures in the reader's language: rates, times, sizes.

import type { Tongue } from "../words/words";

const formats = new Map<string, Intl.NumberFormat>();

function unit(tongue: Tongue, name: string, n: number, digits: number): string {
  const key = `${tongue} ${name} ${digits}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(`${tongue}-u-nu-latn`, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits });
    formats.set(key, format);
  }
  return format.format(n);
}

/** A rate given in kbit/s. */
export function rate(tongue: Tongue, kilobits: number): string {
  return kilobits >= 1000 ? unit(tongue, "megabit-per-second", kilobits / 1000, 1) : unit(tongue, "kilobit-per-second", kilobits, 0);
}

export function percent(tongue: Tongue, n: number): string {
  return unit(tongue, "percent", n, n < 10 ? 1 : 0);
}

export function millis(tongue: Tongue, n: number): string {
  return unit(tongue, "millisecond", n, 0);
}

/** A time given in seconds, in its largest unit. */
export function lasting(tongue: Tongue, seconds: number): string {
  if (seconds < 60) return unit(tongue, "second", Math.max(0, seconds), 0);
  if (seconds < 2 * 3600) return unit(tongue, "minute", seconds / 60, 0);
  return unit(tongue, seconds < 72 * 3600 ? "hour" : "day", seconds / (seconds < 72 * 3600 ? 3600 : 86_400), 0);
}

/** A size given in bytes. */
export function size(tongue: Tongue, bytes: number): string {
  const [name, scale] = bytes >= 1e12 ? ["terabyte", 1e12] as const : bytes >= 1e9 ? ["gigabyte", 1e9] as const : ["megabyte", 1e6] as const;
  return unit(tongue, name, bytes / scale, bytes / scale < 10 ? 1 : 0);
}

/** A level in dB, with a true minus. */
export function level(tongue: Tongue, decibels: number): string {
  const n = new Intl.NumberFormat(`${tongue}-u-nu-latn`, { maximumFractionDigits: 0 }).format(Math.abs(decibels));
  return `${decibels < 0 ? "−" : ""}${n} ${tongue === "ru" ? "дБ" : "dB"}`;
}

/** A frequency given in Hz. */
export function kilohertz(tongue: Tongue, hertz: number): string {
  const n = new Intl.NumberFormat(`${tongue}-u-nu-latn`, { maximumFractionDigits: 1 }).format(hertz / 1000);
  return `${n} ${tongue === "ru" ? "кГц" : "kHz"}`;
}
