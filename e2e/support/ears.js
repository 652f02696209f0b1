// In every page of a story: measures what an element plays, by frequency and by
// pixel. Nothing here changes what is played.
globalThis.liqaEars = (() => {
  let context;
  const taps = new WeakMap();
  const captured = new WeakMap();
  const find = (slot) => document.querySelector(`[data-slot="${slot}"]`) ?? document.querySelector(slot);

  function tapOf(track) {
    let tap = taps.get(track);
    if (!tap) {
      context ??= new AudioContext({ sampleRate: 48000 });
      const source = context.createMediaStreamSource(new MediaStream([track]));
      tap = new AnalyserNode(context, { fftSize: 16384, smoothingTimeConstant: 0 });
      source.connect(tap);
      taps.set(track, tap);
    }
    return tap;
  }

  // The level at a frequency over the last third of a second, in dBFS, as loud
  // as the element plays it.
  async function tones(slot, wanted) {
    const element = find(slot);
    const none = Object.fromEntries(Object.keys(wanted).map((n) => [n, -200]));
    // A recording has no stream of its own until it is asked for one.
    const stream = element?.srcObject ?? (element && (captured.get(element) ?? captured.set(element, element.captureStream()).get(element)));
    const track = stream?.getAudioTracks()[0];
    if (!track || element.paused || element.muted || element.volume === 0) return none;
    const tap = tapOf(track);
    if (context.state !== 'running') await context.resume();
    // So that the window holds only what came after this call.
    await new Promise((r) => setTimeout(r, 380));
    const samples = new Float32Array(tap.fftSize);
    tap.getFloatTimeDomainData(samples);
    const out = {};
    for (const [name, hz] of Object.entries(wanted)) out[name] = level(samples, hz, context.sampleRate, element.volume);
    return out;
  }

  // Goertzel's algorithm over a Hann window.
  function level(samples, hz, rate, volume) {
    const n = samples.length;
    const k = 2 * Math.cos((2 * Math.PI * hz) / rate);
    let a = 0;
    let b = 0;
    for (let i = 0; i < n; i++) {
      const w = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n);
      const s = samples[i] * w + k * a - b;
      b = a;
      a = s;
    }
    const power = a * a + b * b - k * a * b;
    const amplitude = (4 * Math.sqrt(Math.max(0, power))) / n;
    return 20 * Math.log10(Math.max(1e-10, amplitude * volume));
  }

  // The mean colour of the middle of a picture, away from what moves.
  function colour(slot) {
    const video = find(slot);
    if (!video?.videoWidth || video.readyState < 2) return null;
    const canvas = new OffscreenCanvas(32, 18);
    const c = canvas.getContext('2d');
    c.drawImage(video, 0, 0, 32, 18);
    const { data } = c.getImageData(8, 4, 16, 8);
    const sum = [0, 0, 0];
    for (let i = 0; i < data.length; i += 4) for (let j = 0; j < 3; j++) sum[j] += data[i + j];
    return sum.map((s) => Math.round(s / (data.length / 4)));
  }

  // For so many milliseconds, by how many each beep is heard after its flash is
  // seen in a slot's element.
  async function offsets(slot, length) {
    const element = find(slot);
    context ??= new AudioContext({ sampleRate: 48000 });
    if (context.state !== 'running') await context.resume();
    // A short window: what it holds is what is heard now.
    const tap = new AnalyserNode(context, { fftSize: 256, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(new MediaStream(element.srcObject.getAudioTracks())).connect(tap);
    const flashes = [];
    const beeps = [];
    const until = performance.now() + length;
    const canvas = new OffscreenCanvas(8, 8);
    const c = canvas.getContext('2d', { willReadFrequently: true });
    let white = true;
    const look = (now, frame) => {
      c.drawImage(element, 0, 0, 8, 8);
      const bright = c.getImageData(4, 4, 1, 1).data[0] > 128;
      if (bright && !white) flashes.push(frame.expectedDisplayTime);
      white = bright;
      if (performance.now() < until) element.requestVideoFrameCallback(look);
    };
    element.requestVideoFrameCallback(look);
    const samples = new Float32Array(256);
    let sounding = true;
    let quietSince = 0;
    while (performance.now() < until) {
      tap.getFloatTimeDomainData(samples);
      const now = performance.now();
      const loud = samples.some((x) => Math.abs(x) > 0.05);
      if (loud && !sounding) beeps.push(now);
      if (loud) quietSince = now;
      sounding = loud || now - quietSince < 300;
      await new Promise((r) => setTimeout(r, 2));
    }
    return flashes.flatMap((f) => {
      const near = beeps.map((b) => b - f).sort((x, y) => Math.abs(x) - Math.abs(y))[0];
      return near !== undefined && Math.abs(near) < 900 ? [near] : [];
    });
  }

  // The page's connections, to ask them what came.
  const connections = [];
  const Real = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Real {
    constructor(...all) {
      super(...all);
      connections.push(this);
    }
  };

  async function stats(type, sum) {
    const out = [];
    for (const c of connections) {
      if (c.connectionState !== 'connected') continue;
      const all = await c.getStats();
      for (const s of all.values()) if (s.type === type) out.push(sum(s, c, all));
    }
    return out;
  }

  // The streams of the page, by their synchronisation source.
  async function streams() {
    const received = await stats('inbound-rtp', (s) => ({ ssrc: s.ssrc, sends: false }));
    return [...received, ...(await stats('outbound-rtp', (s) => ({ ssrc: s.ssrc, sends: true })))];
  }

  const received = async () => (await stats('inbound-rtp', (s) => s.packetsReceived)).reduce((a, b) => a + b, 0);

  const sent = () =>
    stats('outbound-rtp', (s, _, all) => ({
      kind: s.kind,
      bytes: s.bytesSent,
      packets: s.packetsSent,
      at: s.timestamp,
      rid: s.rid ?? '',
      codec: all.get(s.codecId)?.mimeType ?? '',
      width: s.frameWidth ?? 0,
    }));

  const answers = () => connections.map((c) => c.remoteDescription?.sdp ?? '');

  // Listens to a slot for a tone, all the time. What is silence is only what was
  // listened to and not heard: a page that stood still heard nothing either way.
  const listeners = new Map();
  function listen(slot, hz) {
    const l = { silences: [], heardAt: 0, quietSince: 0 };
    listeners.set(slot, l);
    context ??= new AudioContext({ sampleRate: 48000 });
    const samples = new Float32Array(2048);
    let track;
    let tap;
    let source;
    const look = () => {
      const element = find(slot);
      const now = Date.now();
      const next = element?.srcObject?.getAudioTracks()[0];
      if (next !== track) {
        source?.disconnect();
        track = next;
        tap = undefined;
        if (track) {
          source = context.createMediaStreamSource(new MediaStream([track]));
          tap = new AnalyserNode(context, { fftSize: 2048, smoothingTimeConstant: 0 });
          source.connect(tap);
        }
      }
      let heard = false;
      if (tap && !element.paused) {
        tap.getFloatTimeDomainData(samples);
        heard = level(samples, hz, context.sampleRate, 1) > -45;
      }
      if (heard) {
        if (l.quietSince) l.silences.push([l.quietSince, now]);
        l.quietSince = 0;
        l.heardAt = now;
      } else l.quietSince ||= now;
    };
    void context.resume();
    setInterval(look, 20);
  }

  // The silences since an instant, in milliseconds each, the one that lasts now
  // among them; and the instant from which on the tone was heard.
  function silences(slot, since) {
    const l = listeners.get(slot);
    const all = [...l.silences, ...(l.quietSince ? [[l.quietSince, Date.now()]] : [])].filter(([, to]) => to > since);
    return { lengths: all.map(([from, to]) => to - Math.max(from, since)), sounding: l.quietSince === 0 && l.heardAt > since, from: all.at(-1)?.[1] ?? since };
  }

  // The size of the frames that a slot shows; 0 while none come.
  async function frames(slot) {
    const video = find(slot);
    if (!video) return { width: 0, count: 0 };
    const q = video.getVideoPlaybackQuality();
    return { width: video.videoWidth, count: q.totalVideoFrames };
  }

  const connectionsMade = () => connections.length;

  return { listen, silences, frames, connectionsMade, tones, colour, offsets, streams, received, sent, answers };
})();
