package switchboard

import (
	"bytes"
	"testing"

	"github.com/pion/rtp"
)

func TestHeaderReadsLevelInBothForms(t *testing.T) {
	for name, ext := range map[string][]byte{
		"one byte":               {0xbe, 0xde, 0, 2, 0x22, 9, 9, 9, 0x10, 0x80 | 33, 0, 0},
		"two bytes":              {0x10, 0x00, 0, 2, 2, 1, 9, 0, 1, 1, 33, 0},
		"two bytes, with length": {0x10, 0x05, 0, 2, 2, 0, 0, 1, 2, 33, 7, 0},
	} {
		raw := append([]byte{0x90, 111, 0, 5, 0, 0, 0, 9, 0, 0, 0, 1}, ext...)
		raw = append(raw, 0xf8, 1)
		var h header
		if !h.read(raw, 1) || !h.hasLevel || h.level != 33 {
			t.Errorf("%s: level %d, known: %v", name, h.level, h.hasLevel)
		}
		if h.seq != 5 || h.ts != 9 || !bytes.Equal(h.payload, []byte{0xf8, 1}) {
			t.Errorf("%s: %+v", name, h)
		}
	}
}

func TestHeaderStripsPadding(t *testing.T) {
	head := []byte{0xa0, 111, 0, 5, 0, 0, 0, 9, 0, 0, 0, 1}
	for _, c := range []struct {
		name    string
		rest    []byte
		ok      bool
		payload []byte
	}{
		{"padded", []byte{7, 8, 0, 0, 3}, true, []byte{7, 8}},
		{"only padding", []byte{0, 0, 0, 4}, true, []byte{}},
		{"more padding than packet", []byte{7, 9}, false, nil},
		{"padding of no length", []byte{7, 0}, false, nil},
		{"nothing", nil, false, nil},
	} {
		var h header
		if ok := h.read(append(bytes.Clone(head), c.rest...), 0); ok != c.ok || ok && !bytes.Equal(h.payload, c.payload) {
			t.Errorf("%s: read %v, payload %v", c.name, ok, h.payload)
		}
	}
}

// FuzzHeader compares with pion's reading of the same bytes.
func FuzzHeader(f *testing.F) {
	f.Add([]byte{0x90, 111, 0, 5, 0, 0, 0, 9, 0, 0, 0, 1, 0xbe, 0xde, 0, 1, 0x10, 0x80, 0, 0, 1, 2, 3})
	f.Add([]byte{0xb1, 239, 0, 5, 0, 0, 0, 9, 0, 0, 0, 1, 1, 2, 3, 4, 0x10, 0, 0, 1, 1, 1, 5, 0, 1, 2, 2})
	f.Add([]byte{0xa0, 1, 0, 5, 0, 0, 0, 9, 0, 0, 0, 1, 0, 2})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var h header
		ok := h.read(raw, 1)
		if !ok {
			return
		}
		if len(h.payload) > len(raw)-12 {
			t.Fatalf("a payload of %d bytes in a packet of %d", len(h.payload), len(raw))
		}
		var p rtp.Packet
		if err := p.Unmarshal(bytes.Clone(raw)); err != nil {
			return // pion also refuses extensions that nobody needs
		}
		if p.SequenceNumber != h.seq || p.Timestamp != h.ts || p.Marker != h.marker {
			t.Fatalf("read %+v, pion %+v", h, p.Header)
		}
		if !bytes.Equal(p.Payload, h.payload) {
			t.Fatalf("payload %v, pion %v", h.payload, p.Payload)
		}
		if p.ExtensionProfile == rtp.ExtensionProfileOneByte || p.ExtensionProfile == rtp.ExtensionProfileTwoByte {
			var level rtp.AudioLevelExtension
			if e := p.GetExtension(1); len(e) == 1 && level.Unmarshal(e) == nil && (!h.hasLevel || h.level != level.Level) {
				t.Fatalf("level %d (%v), pion %d", h.level, h.hasLevel, level.Level)
			}
		}
	})
}
