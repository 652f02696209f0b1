// The fake microphones and cameras of the stories: one tone and one colour a
// person, so that what is heard and seen can be told apart by frequency and by
// pixel.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Signature {
  /** Hz; whole cycles in a second, so that the loop has no click. */
  readonly tone: number;
  /** [R, G, B] 0–255, as the whole picture's colour. */
  readonly colour: readonly [number, number, number];
}

/** No tone is a multiple of another, and no two colours are near. */
export const signatures = {
  'a-principal': { tone: 500, colour: [30, 70, 200] },
  'b-principal': { tone: 730, colour: [200, 40, 40] },
  'a-delegate': { tone: 1130, colour: [20, 160, 150] },
  'b-delegate': { tone: 1370, colour: [220, 140, 20] },
  'interpreter-ru': { tone: 1790, colour: [120, 40, 160] },
  'interpreter-zh': { tone: 2230, colour: [40, 150, 40] },
  'interpreter-en': { tone: 2690, colour: [225, 215, 90] },
} as const satisfies Record<string, Signature>;

export type Person = keyof typeof signatures;

/** Samples a second. */
export const rate = 48_000;

/** A mono 16-bit WAV of one second of a tone at −12 dBFS. */
export function wav(tone: number): Buffer {
  return wavOf(rate, (i) => 0.244 * Math.sin((2 * Math.PI * tone * i) / rate));
}

/** A mono 16-bit WAV of so many samples, each from −1 to 1. */
export function wavOf(length: number, sample: (i: number) => number): Buffer {
  const samples = Buffer.alloc(length * 2);
  for (let i = 0; i < length; i++) samples.writeInt16LE(Math.round(32_767 * sample(i)), i * 2);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** Of a camera's picture, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Small enough that a camera of it is sent in one layer. */
export const small: Size = { width: 320, height: 180 };
/** The smallest that is sent in two. */
export const twoLayers: Size = { width: 640, height: 360 };

const frames = 20;

/** Two seconds of a colour at 10 frames a second, with a bar that moves, as YUV4MPEG2. */
export function y4m(colour: readonly [number, number, number], { width, height }: Size = small): Buffer {
  const [y, u, v] = yuv(colour);
  const parts: Buffer[] = [Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)];
  for (let f = 0; f < frames; f++) {
    const luma = Buffer.alloc(width * height, y);
    const x = Math.floor((f * width) / frames);
    for (let row = height - 16; row < height; row++) luma.fill(235, row * width + x, row * width + x + 16);
    parts.push(Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 4, u), Buffer.alloc((width * height) / 4, v));
  }
  return Buffer.concat(parts);
}

/** BT.601, limited range. */
function yuv([r, g, b]: readonly [number, number, number]): [number, number, number] {
  return [
    Math.round(16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255),
    Math.round(128 + (-37.797 * r - 74.203 * g + 112 * b) / 255),
    Math.round(128 + (112 * r - 93.786 * g - 18.214 * b) / 255),
  ];
}

/** Writes a person's microphone and camera files and returns their paths. */
export function capture(dir: string, person: Person, size: Size = small): { audio: string; video: string } {
  mkdirSync(dir, { recursive: true });
  const s = signatures[person];
  const audio = join(dir, `${person}.wav`);
  const video = join(dir, `${person}-${size.width}.y4m`);
  writeFileSync(audio, wav(s.tone));
  writeFileSync(video, y4m(s.colour, size));
  return { audio, video };
}

/** The files of a camera of Principal A's colour and a microphone that plays these samples again and again. */
export function microphoneOf(seconds: number, sample: (i: number) => number): { audio: string; video: string } {
  const dir = mkdtempSync(join(tmpdir(), 'liqa-devices-'));
  const [audio, video] = [join(dir, 'sound.wav'), join(dir, 'picture.y4m')];
  writeFileSync(audio, wavOf(seconds * rate, sample));
  writeFileSync(video, y4m(signatures['a-principal'].colour));
  return { audio, video };
}
