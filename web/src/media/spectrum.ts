// Whether speech is cut off at 4 or 8 kHz, as by a Bluetooth headset whose
// microphone is open: its sound is full up to an edge, and there is nothing above.

/** Frequencies in Hz whose middle power is compared: a tone in a band does not fill it. */
const bands = {
  speech: [300, 3000],
  below4: [2600, 3500],
  above4: [4500, 5600],
  below8: [5600, 7300],
  above8: [8800, 11_500],
} as const;

/** By how many dB speech falls off at most between two neighbouring bands of its own accord. */
const cliff = 26;
/** By how many dB the band below the edge may be weaker than speech itself, for the edge to be heard. */
const audible = 50;
/** Below it a band is as good as empty, dBFS in one bin. */
const empty = -110;

/** The bins of a band of a spectrum, in dB, the quietest first. */
function bins(spectrum: ArrayLike<number>, hertz: number, [from, to]: readonly [number, number]): number[] {
  const all: number[] = [];
  for (let bin = Math.ceil(from / hertz); bin * hertz <= to && bin < spectrum.length; bin++) all.push(Math.max(-200, spectrum[bin] ?? -200));
  return all.sort((a, b) => a - b);
}

/**
 * The edge of a spectrum of speech, in Hz: 4000, 8000, or 0 when there is none.
 * hertz is the width of a bin. A tone, or anything else that is not spread over
 * the frequencies below an edge, has none.
 */
export function edge(spectrum: ArrayLike<number>, hertz: number): 0 | 4000 | 8000 {
  const at = (band: keyof typeof bands) => {
    const all = bins(spectrum, hertz, bands[band]);
    return all[Math.floor(all.length / 2)] ?? -200;
  };
  const [speech, below4, above4, below8, above8] = [at("speech"), at("below4"), at("above4"), at("below8"), at("above8")];
  const falls = (below: number, above: number) => below > Math.max(speech - audible, empty + cliff) && below - above > cliff;
  if (falls(below4, above4) && below4 - below8 > cliff) return 4000;
  return falls(below8, above8) ? 8000 : 0;
}
