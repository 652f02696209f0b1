// How loud a stream is, for a meter. One audio context for the whole page.

let shared: AudioContext | undefined;

/** The page's audio context; it may be suspended until the person has pressed something. */
export function audioContext(): AudioContext {
  shared ??= new AudioContext({ latencyHint: "interactive" });
  if (shared.state === "suspended") void shared.resume().catch(() => undefined);
  return shared;
}

/** The quietest level a meter shows, in dBFS. */
export const floor = -60;

/**
 * Measures sounds together some 16 times a second: the level (RMS) and the
 * highest sample, in dBFS, neither below the floor. A look goes back further
 * than to the look before: no sample goes by unmeasured.
 */
export function measure(tracks: readonly MediaStreamTrack[], tell: (dbfs: number, peak: number) => void): () => void {
  if (tracks.length === 0) return () => undefined;
  const context = audioContext();
  const analyser = new AnalyserNode(context, { fftSize: 4096 });
  const sources = tracks.map((track) => context.createMediaStreamSource(new MediaStream([track])));
  for (const source of sources) source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    let peak = 0;
    for (const s of samples) {
      sum += s * s;
      peak = Math.max(peak, s, -s);
    }
    tell(Math.max(floor, 10 * Math.log10(sum / samples.length + 1e-12)), Math.max(floor, 20 * Math.log10(peak + 1e-6)));
  }, 60);
  return () => {
    clearInterval(timer);
    for (const source of sources) source.disconnect();
  };
}

/** Plays a short, soft test tone on the chosen loudspeaker; resolves when it has ended. */
export async function testTone(speaker: string | undefined): Promise<void> {
  const context = new AudioContext();
  try {
    if (speaker && "setSinkId" in context) await (context as { setSinkId(id: string): Promise<void> }).setSinkId(speaker);
    await context.resume();
    const gain = new GainNode(context, { gain: 0 });
    gain.connect(context.destination);
    const start = context.currentTime + 0.05;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.12, start + 0.08);
    gain.gain.setValueAtTime(0.12, start + 1.1);
    gain.gain.linearRampToValueAtTime(0, start + 1.3);
    for (const [hertz, from] of [[440, 0], [554.37, 0.3], [659.26, 0.6]] as const) {
      const tone = new OscillatorNode(context, { frequency: hertz });
      tone.connect(gain);
      tone.start(start + from);
      tone.stop(start + 1.35);
    }
    await new Promise((done) => setTimeout(done, 1500));
  } finally {
    await context.close();
  }
}
