// Plays the sweep of the echo test on the chosen loudspeaker and listens for it
// at the microphone. Only ever on the person's press.

import { agreement, cameBack, chirp, chirpLasts } from "../state/echo";

const quiet = 0.1;
const pause = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000));

export async function testEcho(microphone: MediaStreamTrack, speaker: string | undefined): Promise<"nothing" | "back"> {
  const context = new AudioContext();
  try {
    if (speaker && "setSinkId" in context) await (context as { setSinkId(id: string): Promise<void> }).setSinkId(speaker);
    await context.resume();
    const ear = new AnalyserNode(context, { fftSize: 32_768 });
    context.createMediaStreamSource(new MediaStream([microphone])).connect(ear);
    const samples = chirp(context.sampleRate);
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: context.sampleRate });
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(new GainNode(context, { gain: quiet })).connect(context.destination);
    await pause(0.2);
    source.start();
    let best = 0;
    const heard = new Float32Array(ear.fftSize);
    // Two windows of 0.7 s: a wireless loudspeaker plays a third of a second late.
    for (const after of [chirpLasts + 0.3, 0.4]) {
      await pause(after);
      ear.getFloatTimeDomainData(heard);
      best = Math.max(best, agreement(heard, context.sampleRate));
    }
    return cameBack(best) ? "back" : "nothing";
  } finally {
    await context.close();
  }
}
