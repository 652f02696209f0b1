// Records the microphone for the test before going on air, and plays it back.
// Nothing of it leaves the page.

import tape from "./tape.worklet?worker&url";

export interface Recording {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly rate: number;
}

/** What a device gives first is not what it gives later: seconds that are left out. */
const settles = 0.2;
/** Seconds for which more than the recording's own length is waited. */
const patience = 4;

/**
 * Records so many seconds of a microphone as it would be sent, whether it is
 * open now or not. Tells how much there is, 0 to 1, and the samples' level in
 * dBFS; rejects when aborted, and when the browser gives nothing at all.
 */
export async function record(microphone: MediaStreamTrack, seconds: number, tell: (part: number, level: number) => void, abort: AbortSignal): Promise<Recording> {
  const own = microphone.clone();
  own.enabled = true;
  const { context, source } = listenTo(new MediaStream([own]));
  const late = AbortSignal.timeout((seconds + patience) * 1000);
  try {
    // A context whose loudspeaker does not start never answers either of these.
    void context.resume().catch(() => undefined);
    await Promise.race([context.audioWorklet.addModule(tape), over(late), over(abort)]);
    const recorder = new AudioWorkletNode(context, "tape", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    source.connect(recorder);
    return await Promise.race([take(recorder.port, context.sampleRate, seconds, tell), over(late), over(abort)]);
  } finally {
    own.stop();
    void context.close();
  }
}

/** Rejects when a signal says so. */
function over(signal: AbortSignal): Promise<never> {
  return new Promise((_, failed) => {
    if (signal.aborted) failed(signal.reason);
    signal.addEventListener("abort", () => failed(signal.reason), { once: true });
  });
}

/** At 48 kHz where the browser can; some hear a microphone only at its own rate. */
function listenTo(media: MediaStream): { context: AudioContext; source: MediaStreamAudioSourceNode } {
  const context = new AudioContext({ sampleRate: 48_000 });
  try {
    return { context, source: context.createMediaStreamSource(media) };
  } catch {
    void context.close();
    const other = new AudioContext();
    return { context: other, source: other.createMediaStreamSource(media) };
  }
}

function take(port: MessagePort, rate: number, seconds: number, tell: (part: number, level: number) => void): Promise<Recording> {
  const samples = new Float32Array(Math.round(seconds * rate));
  return new Promise((done) => {
    let at = -Math.round(settles * rate);
    let [sum, heard] = [0, 0];
    port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      for (const s of data) {
        if (at >= 0 && at < samples.length) samples[at] = s;
        at++;
        sum += s * s;
      }
      heard += data.length;
      if (heard >= rate / 16) {
        tell(Math.min(1, Math.max(0, at / samples.length)), 10 * Math.log10(sum / heard + 1e-12));
        [sum, heard] = [0, 0];
      }
      if (at >= samples.length) done({ samples, rate });
    };
  });
}

/** Plays a recording on a loudspeaker, "" being the device's own choice; resolves at its end or when aborted. */
export async function play({ samples, rate }: Recording, speaker: string, abort: AbortSignal): Promise<void> {
  const context = new AudioContext();
  try {
    if (speaker !== "" && "setSinkId" in context) await (context as { setSinkId(id: string): Promise<void> }).setSinkId(speaker);
    await context.resume();
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: rate });
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    await new Promise((ended) => {
      source.addEventListener("ended", ended, { once: true });
      abort.addEventListener("abort", ended, { once: true });
      source.start();
    });
  } finally {
    await context.close();
  }
}
