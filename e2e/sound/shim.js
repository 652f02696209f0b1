// In every page of the measurement: records what the microphone gives and what
// comes out of the page, and turns an interpreter into a wire. Nothing here
// changes what the product does with either.
globalThis.liqaTape = (() => {
  const { mode, dtx } = globalThis.liqaSound;
  const recorder = `registerProcessor('liqa-tape', class extends AudioWorkletProcessor {
    constructor() { super(); this.kept = new Float32Array(4096); this.n = 0; this.zero = Infinity; }
    process([input]) {
      // A burst of blocks is computed at a time: the last of it is the least late.
      this.zero = Math.min(this.zero, Date.now() - (1000 * currentFrame) / sampleRate);
      if (input[0]) this.kept.set(input[0], this.n);
      else this.kept.fill(0, this.n, this.n + 128);
      this.n += 128;
      if (this.n === 4096) {
        this.port.postMessage({ frame: currentFrame + 128 - 4096, zero: this.zero, samples: this.kept.slice() });
        this.n = 0;
      }
      return true;
    }
  })`;
  const connect = AudioNode.prototype.connect;
  let mouth; // the microphone's track, as the product has it
  let out; // the last node before the loudspeaker
  let inlet; // where everything is put into the page's chain
  const kept = [];
  let wire; // where an interpreter's ear becomes their mouth

  function loop() {
    wire ??= new AudioContext({ sampleRate: 48000 }).createMediaStreamDestination();
    return wire;
  }

  AudioNode.prototype.connect = function (to, ...rest) {
    if (this instanceof GainNode && to instanceof BiquadFilterNode) inlet = to;
    if (to instanceof AudioDestinationNode && this instanceof AudioWorkletNode) {
      out = this;
      if (mode === 'wire') {
        const ear = this.context.createMediaStreamDestination();
        connect.call(this, ear);
        const source = loop().context.createMediaStreamSource(ear.stream);
        connect.call(source, loop());
        kept.push(ear, source); // what nobody holds is collected
      }
    }
    return connect.call(this, to, ...rest);
  };

  const real = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (real)
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      if (wanted.video || mode === 'ears') throw new DOMException('no such device', 'NotFoundError');
      const media = mode === 'wire' ? new MediaStream(loop().stream.getAudioTracks().map((t) => t.clone())) : await real(wanted);
      mouth = media.getAudioTracks()[0];
      return media;
    };

  const connections = [];
  const Real = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Real {
    constructor(...all) {
      super(...all);
      connections.push(this);
    }
    setRemoteDescription(d) {
      return super.setRemoteDescription(dtx && d?.sdp ? { type: d.type, sdp: d.sdp.replaceAll('usedtx=0', 'usedtx=1') } : d);
    }
  };

  const tapes = {};
  async function record(name, context, source) {
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([recorder], { type: 'text/javascript' })));
    const node = new AudioWorkletNode(context, 'liqa-tape', { numberOfOutputs: 0 });
    const tape = { rate: context.sampleRate, zero: Infinity, frame: -1, parts: [], end: () => node.port.close() };
    node.port.onmessage = ({ data }) => {
      if (tape.frame < 0) tape.frame = data.frame;
      tape.zero = data.zero;
      tape.parts.push(data.samples);
    };
    connect.call(source, node);
    tapes[name] = tape;
  }

  /** Begins to record mouth and ear, as far as the page has them. */
  async function start() {
    if (mode !== 'ears' && mouth) {
      const context = new AudioContext({ sampleRate: 48000 });
      await context.resume();
      await record('mouth', context, context.createMediaStreamSource(new MediaStream([mouth])));
    }
    if (out) await record('ear', out.context, out);
    if (inlet) await record('inlet', inlet.context, inlet);
    return { names: Object.keys(tapes), outputLatency: out?.context.outputLatency ?? 0 };
  }

  function take(name) {
    const { rate, zero, frame, parts, end } = tapes[name];
    end();
    delete tapes[name];
    const all = new Uint8Array(parts.length * 4096 * 4);
    parts.forEach((p, i) => all.set(new Uint8Array(p.buffer), i * 4096 * 4));
    let text = '';
    for (let i = 0; i < all.length; i += 32768) text += String.fromCharCode(...all.subarray(i, i + 32768));
    return { rate, zero, frame, samples: btoa(text) };
  }

  async function stats(type) {
    const found = [];
    for (const c of connections) if (c.connectionState === 'connected') for (const s of (await c.getStats()).values()) if (s.type === type && s.kind === 'audio') found.push(s);
    return found;
  }

  const sent = async () => (await stats('outbound-rtp')).reduce((sum, s) => sum + s.packetsSent, 0);
  const came = async () => (await stats('inbound-rtp')).map((s) => ({ id: s.trackIdentifier, packets: s.packetsReceived, samples: s.totalSamplesReceived, concealed: s.concealedSamples, waited: s.jitterBufferDelay, emitted: s.jitterBufferEmittedCount }));
  const streams = async () => [...(await stats('inbound-rtp')).map((s) => ({ source: s.ssrc, sends: false })), ...(await stats('outbound-rtp')).map((s) => ({ source: s.ssrc, sends: true }))];
  const settings = () => mouth?.getSettings() ?? {};

  return { start, take, sent, came, streams, settings };
})();
