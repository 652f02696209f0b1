// In every page of a story: measures what an element plays, by frequency and by
// pixel. Nothing here changes what is played.
globalThis.liqaEars = (() => {
  let context;

  // The page's own chain, as it puts it together: the gain of each track in it,
  // and what comes out of it.
  const gains = new WeakMap();
  let limiter;
  let output;
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (this instanceof MediaStreamAudioSourceNode && to instanceof GainNode) gains.set(this.mediaStream.getAudioTracks()[0], to.gain);
    if (this instanceof AudioWorkletNode && to === this.context.destination) {
      limiter = this;
      output = tapAt(16384);
    }
    return connect.call(this, to, ...rest);
  };

  function tapAt(fftSize) {
    const tap = new AnalyserNode(limiter.context, { fftSize, smoothingTimeConstant: 0 });
    connect.call(limiter, tap);
    return tap;
  }

  // What comes out of the page, as a stream.
  function outputStream() {
    const to = limiter.context.createMediaStreamDestination();
    connect.call(limiter, to);
    return to.stream;
  }

  // How loud an element is played: by itself, or, muted, through the chain.
  const volumeOf = (element, track) => (element.muted ? (gains.get(track)?.value ?? 0) : element.volume);

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
  // as the element is played; of the slot "output", what comes out of the page.
  async function tones(slot, wanted) {
    if (slot === 'output') return output ? measured(output, () => 1, wanted) : Object.fromEntries(Object.keys(wanted).map((n) => [n, -200]));
    const element = find(slot);
    const none = Object.fromEntries(Object.keys(wanted).map((n) => [n, -200]));
    // A recording has no stream of its own until it is asked for one.
    const stream = element?.srcObject ?? (element && (captured.get(element) ?? captured.set(element, element.captureStream()).get(element)));
    const track = stream?.getAudioTracks()[0];
    if (!track || element.paused || volumeOf(element, track) === 0) return none;
    const tap = tapOf(track);
    if (context.state !== 'running') await context.resume();
    return measured(tap, () => volumeOf(element, track), wanted);
  }

  async function measured(tap, volume, wanted) {
    // So that the window holds only what came after this call.
    await new Promise((r) => setTimeout(r, 380));
    const samples = new Float32Array(tap.fftSize);
    tap.getFloatTimeDomainData(samples);
    const out = {};
    for (const [name, hz] of Object.entries(wanted)) out[name] = level(samples, hz, tap.context.sampleRate, volume());
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
  // seen in a slot's element: heard at the page's output, where it has one.
  async function offsets(slot, length) {
    const element = find(slot);
    context ??= new AudioContext({ sampleRate: 48000 });
    if (context.state !== 'running') await context.resume();
    // A short window: what it holds is what is heard now.
    const tap = output ? tapAt(256) : new AnalyserNode(context, { fftSize: 256, smoothingTimeConstant: 0 });
    if (!output) context.createMediaStreamSource(new MediaStream(element.srcObject.getAudioTracks())).connect(tap);
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
      return near !== undefined && Math.abs(near) < 450 ? [near] : [];
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

  // What has come of each sound, without headers.
  const sounds = async () =>
    (await stats('inbound-rtp', (s) => ({ kind: s.kind, ssrc: s.ssrc, bytes: s.bytesReceived, packets: s.packetsReceived, at: s.timestamp }))).filter((s) => s.kind === 'audio');

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

  // The level of a tone as it is heard, all the time: at the page's output, and
  // of the elements that play by themselves. It goes on when the page is loaded
  // again. Since an instant: [milliseconds since 1970, dBFS] each.
  const trace = [];
  function follow(hz) {
    sessionStorage.setItem('ears', String(hz));
    const samples = new Float32Array(4096);
    let tap;
    setInterval(() => {
      let heard = -200;
      const take = (from, volume) => {
        from.getFloatTimeDomainData(samples);
        heard = Math.max(heard, level(samples, hz, from.context.sampleRate, volume));
      };
      if (output) take((tap ??= tapAt(4096)), 1);
      for (const element of document.querySelectorAll('[data-slot]')) {
        const track = element.srcObject?.getAudioTracks()[0];
        if (!track || element.paused || element.muted) continue;
        const whole = tapOf(track);
        if (whole.fftSize !== 4096) whole.fftSize = 4096;
        take(whole, element.volume);
      }
      trace.push([Date.now(), heard]);
    }, 20);
  }
  const followed = (since) => trace.filter(([at]) => at >= since);
  if (sessionStorage.getItem('ears')) follow(Number(sessionStorage.getItem('ears')));

  // The highest sample of the page's output, and of a slot's track before the
  // page's chain, over so many milliseconds; dBFS.
  async function peaks(slot, length) {
    const before = tapOf(find(slot).srcObject.getAudioTracks()[0]);
    if (context.state !== 'running') await context.resume();
    const samples = new Float32Array(16384);
    const highest = [0, 0];
    for (const until = performance.now() + length; performance.now() < until; await new Promise((r) => setTimeout(r, 50))) {
      [output, before].forEach((tap, i) => {
        tap.getFloatTimeDomainData(samples);
        for (const s of samples) highest[i] = Math.max(highest[i], Math.abs(s));
      });
    }
    const [out, put] = highest.map((h) => 20 * Math.log10(h + 1e-10));
    return { out, put };
  }

  const connectionsMade = () => connections.length;

  return { listen, silences, frames, follow, followed, peaks, connectionsMade, tones, colour, offsets, streams, received, sent, answers, outputStream, sounds };
})();
