// The mark of a level meter: the highest level of late.

/** It stays a while and then sinks. */
export interface Peak {
  readonly level: number;
  readonly at: number;
}

const stays = 1_500;
/** dB a second. */
const sinks = 20;

export function peakOf(before: Peak | undefined, level: number, now: number): Peak {
  if (!before) return { level, at: now };
  const over = Math.max(0, now - before.at - stays) / 1000;
  const left = before.level - over * sinks;
  return level >= left ? { level, at: now } : before;
}

/** Where the mark stands now. */
export function markOf(peak: Peak, now: number): number {
  return peak.level - (Math.max(0, now - peak.at - stays) / 1000) * sinks;
}
