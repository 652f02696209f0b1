package recorder

import (
	"encoding/binary"
	"encoding/json"
	"path"
	"testing"
	"testing/fstest"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"

	"liqa/internal/switchboard"
)

// chunks reads packets from fuzz data: each has a byte of flags, a byte that
// moves its time stamp, and one that says how long its payload is.
func chunks(data []byte, each func(flags, step byte, payload []byte)) {
	for len(data) > 3 {
		n := min(int(data[2]), len(data)-3)
		each(data[0], data[1], data[3:3+n])
		data = data[3+n:]
	}
}

// FuzzPackets gives senders' payloads, whatever is in them, to the assemblers.
// What comes out can be put into a file.
func FuzzPackets(f *testing.F) {
	for _, c := range []switchboard.Codec{switchboard.H264, switchboard.VP9} {
		var seed []byte
		for i, frame := range colours(f, c, "64x64", time.Second, "red") {
			for _, p := range newSender(c, dawn).packets(frame, dawn) {
				if len(p.Payload) < 256 {
					seed = append(append(seed, 1, byte(i), byte(len(p.Payload))), p.Payload...)
				}
			}
		}
		f.Add(uint8(c), seed)
	}
	f.Add(uint8(switchboard.Opus), []byte{0, 0, 3, 0xf8, 0xff, 0xfe, 0, 1, 2, 0x03, 0x3f})
	f.Add(uint8(switchboard.H264), []byte{0, 0, 3, 0x7c, 0x85, 1, 0, 0, 3, 0x7c, 0x45, 2})
	f.Fuzz(func(t *testing.T, codec uint8, data []byte) {
		a := newAssembler(switchboard.Codec(codec))
		if a == nil {
			return
		}
		seq, ts, keyed := uint64(0), int64(0), switchboard.Codec(codec) == switchboard.Opus
		chunks(data, func(flags, step byte, payload []byte) {
			seq++
			ts += int64(step)
			p := packet{codec: switchboard.Codec(codec), seq: seq, ts: ts, marker: flags&1 != 0, key: flags&2 != 0, payload: payload}
			a.put(p, flags&4 != 0, func(f frame) {
				if keyed = keyed || f.key; !keyed {
					t.Fatal("a picture was made before the first key frame")
				}
				if len(f.payload) == 0 || len(f.payload) > maxPicture {
					t.Fatalf("a frame of %d bytes", len(f.payload))
				}
				if _, err := f.format.init(); err != nil {
					t.Fatalf("a frame without a format: %v", err)
				}
				if f.format.codec == switchboard.H264 {
					checkUnits(t, f.payload)
				}
				var b seekablebuffer.Buffer
				part := fmp4.Part{Tracks: []*fmp4.PartTrack{{ID: 1, Samples: []*fmp4.Sample{{Payload: f.payload}}}}}
				if err := part.Marshal(&b); err != nil {
					t.Fatal(err)
				}
			})
		})
	})
}

// checkUnits has all of a sample be units behind their lengths.
func checkUnits(t *testing.T, b []byte) {
	for len(b) > 0 {
		if len(b) < 4 || int64(binary.BigEndian.Uint32(b)) > int64(len(b)-4) {
			t.Fatalf("%d bytes at the end of a sample are no unit", len(b))
		}
		b = b[4+binary.BigEndian.Uint32(b):]
	}
}

// memory is a store without a disk.
type memory struct{ fstest.MapFS }

func (m memory) Append(name string) (Appender, error) {
	if m.MapFS[name] == nil {
		m.MapFS[name] = &fstest.MapFile{}
	}
	return memoryFile{m.MapFS[name]}, nil
}

func (m memory) Replace(name string, content []byte) error {
	m.MapFS[name] = &fstest.MapFile{Data: content}
	return nil
}

func (m memory) Remove(name string) error {
	delete(m.MapFS, name)
	return nil
}

type memoryFile struct{ *fstest.MapFile }

func (f memoryFile) Write(b []byte) (int, error) { f.Data = append(f.Data, b...); return len(b), nil }
func (f memoryFile) Size() (int64, error)        { return int64(len(f.Data)), nil }
func (f memoryFile) Truncate(n int64) error      { f.Data = f.Data[:n]; return nil }
func (memoryFile) Sync() error                   { return nil }
func (memoryFile) Close() error                  { return nil }

// FuzzMend starts on a folder in which a ledger and a segment hold anything.
func FuzzMend(f *testing.F) {
	var ledger []byte
	for _, l := range []line{
		{Take: &Manifest{Format: manifestFormat, Summit: "s1", Take: "0001-a", Coverage: Open, Started: dawn}},
		{Track: "original", Is: &TrackRecord{Name: "original", Role: Original, Rate: 48000}},
		{Track: "original", Init: &InitRecord{File: "init-0.mp4", Codec: "opus"}},
		{Track: "original", Begun: &SegmentRecord{File: "000001.m4s"}},
	} {
		b, err := json.Marshal(l)
		if err != nil {
			f.Fatal(err)
		}
		ledger = append(append(ledger, b...), '\n')
	}
	var part seekablebuffer.Buffer
	if err := (fmp4.Part{Tracks: []*fmp4.PartTrack{{ID: 1, Samples: []*fmp4.Sample{{Duration: 960, Payload: []byte{0xf8, 0xff, 0xfe}}}}}}).Marshal(&part); err != nil {
		f.Fatal(err)
	}
	f.Add(ledger, part.Bytes())
	f.Add(ledger, part.Bytes()[:part.Len()-1])
	f.Add(append(ledger, `{"track":"original","segment":{"file":"000002.m4s","init":-3}}`...), []byte("...."))
	f.Fuzz(func(t *testing.T, ledger, segment []byte) {
		s := memory{MapFS: fstest.MapFS{}}
		const at = "open/s1/0001-a"
		for name, content := range map[string][]byte{ledgerFile: ledger, "original/000001.m4s": segment} {
			if err := s.Replace(path.Join(at, name), content); err != nil {
				t.Fatal(err)
			}
		}
		mended, newest, err := mend(s, "s1")
		if err != nil {
			return // said, and nothing was broken
		}
		if newest != 1 || len(mended) > 1 {
			t.Fatalf("mended %v, newest %d", mended, newest)
		}
		if len(mended) == 1 {
			m, digest, err := readManifest(s, at)
			if err != nil || m == nil || digest == "" {
				t.Fatalf("the take was finished without a manifest: %v", err)
			}
			for _, track := range m.Tracks {
				for _, g := range track.Segments {
					if digestOf(read(t, s, path.Join(at, track.Name, g.File))) != g.SHA256 && g.File == "000001.m4s" && g.SHA256 != "" && int64(len(segment)) != g.Bytes {
						t.Fatalf("the manifest is wrong about %+v", g)
					}
				}
			}
		}
	})
}
