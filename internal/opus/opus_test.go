package opus

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func newCodec(tb testing.TB) *Codec {
	tb.Helper()
	c, err := New(Speech{BitRate: 24000, Complexity: 5})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	return c
}

// voice gives the Opus packets of one of the demonstration's voices (RFC 7845,
// RFC 3533 §6), without the two headers.
func voice(tb testing.TB, name string) (packets [][]byte) {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "demo", "media", name+".ogg"))
	if err != nil {
		tb.Fatal(err)
	}
	var part []byte
	for len(b) >= 27 && bytes.HasPrefix(b, []byte("OggS")) {
		lacing := b[27 : 27+int(b[26])]
		b = b[27+len(lacing):]
		for _, n := range lacing {
			part = append(part, b[:n]...)
			if b = b[n:]; n < 255 {
				packets = append(packets, part)
				part = nil
			}
		}
	}
	if len(packets) < 100 {
		tb.Fatalf("%s has %d packets", name, len(packets))
	}
	return packets[2:]
}

// reduced encodes sound in packets of 60 ms at 24 kbit/s and decodes it again,
// with the delay taken out; bytes is the payload.
func reduced(t *testing.T, in []float32) (out []float32, bytes int) {
	t.Helper()
	const frame = 2880
	c, d := newCodec(t), newCodec(t)
	packet, pcm := make([]byte, MostBytes), make([]float32, MostSamples)
	in = append(append([]float32(nil), in...), make([]float32, frame)...)
	for ; len(in) >= frame; in = in[frame:] {
		n, err := c.Encode(in[:frame], packet)
		if err != nil {
			t.Fatal(err)
		}
		bytes += n
		if n, err = d.Decode(packet[:n], pcm); err != nil || n != frame {
			t.Fatalf("a packet of %d samples was decoded to %d: %v", frame, n, err)
		}
		out = append(out, pcm[:n]...)
	}
	return out[c.Lookahead():], bytes
}

// decibels is the level of sound, in dBFS.
func decibels(pcm []float32) float64 {
	sum := 1e-12
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(len(pcm)))
}

// tone is how much of a frequency is in sound, in dBFS of its effective value.
func tone(pcm []float32, hertz float64) float64 {
	re, im := 0.0, 0.0
	for i, v := range pcm {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(len(pcm)))
		s, c := math.Sincos(2 * math.Pi * hertz * float64(i) / Rate)
		re, im = re+w*float64(v)*c, im+w*float64(v)*s
	}
	n := float64(len(pcm)) / 4 // a window's mean is a half
	return 10*math.Log10((re*re+im*im)/(n*n)+1e-12) - 3.01
}

// TestTonesKeepTheirLevel goes up from 200 Hz to 7 kHz: what speech is made of
// comes through at its level, each tone at its own frequency.
func TestTonesKeepTheirLevel(t *testing.T) {
	for _, hertz := range []float64{200, 440, 1000, 2000, 3500, 5000, 7000} {
		in := make([]float32, Rate)
		for i := range in {
			in[i] = float32(0.25 * math.Sin(2*math.Pi*hertz*float64(i)/Rate))
		}
		out, _ := reduced(t, in)
		middle := out[Rate/4 : Rate*3/4]
		if got, want := tone(middle, hertz), tone(in[Rate/4:Rate*3/4], hertz); math.Abs(got-want) > 1 {
			t.Errorf("a tone of %.0f Hz has %.1f dBFS, and had %.1f", hertz, got, want)
		}
		if got, other := tone(middle, hertz), tone(middle, hertz*1.37); other > got-20 {
			t.Errorf("beside a tone of %.0f Hz at %.1f dBFS there is one of %.0f Hz at %.1f", hertz, got, hertz*1.37, other)
		}
	}
}

// TestVoiceStaysAVoice takes a voice of the demonstration through 24 kbit/s: in
// the bands of speech the power is kept, second by second, and nothing drifts.
func TestVoiceStaysAVoice(t *testing.T) {
	c := newCodec(t)
	var in []float32
	pcm := make([]float32, MostSamples)
	packets := voice(t, "interpreter-en")
	packets = packets[:min(len(packets), 500)]
	for _, p := range packets {
		n, err := c.Decode(p, pcm)
		if err != nil || n != 960 {
			t.Fatalf("a packet of 20 ms was decoded to %d samples: %v", n, err)
		}
		in = append(in, pcm[:n]...)
	}
	out, size := reduced(t, in)
	if len(out) < len(in) {
		t.Fatalf("of %d samples %d came back", len(in), len(out))
	}
	out = out[:len(in)]
	if rate := float64(size) * 8 / (float64(len(in)+2880) / Rate); rate > 24500 {
		t.Errorf("a voice takes %.0f bit/s, not 24,000", rate)
	}
	if got, want := decibels(out), decibels(in); math.Abs(got-want) > 1 {
		t.Errorf("the voice has %.1f dBFS, and had %.1f", got, want)
	}
	for _, b := range []struct{ low, high, within float64 }{{125, 500, 1}, {500, 2000, 1.5}, {2000, 4000, 2.5}, {4000, 7000, 4}} {
		got, want := band(out, b.low, b.high), band(in, b.low, b.high)
		t.Logf("%4.0f to %4.0f Hz: %.1f dB, was %.1f", b.low, b.high, got, want)
		if math.Abs(got-want) > b.within {
			t.Errorf("from %.0f to %.0f Hz the voice has %.1f dB, and had %.1f", b.low, b.high, got, want)
		}
	}
	if at := offset(in, out); at < -24 || at > 24 {
		t.Errorf("after %d s the voice is %d samples late", len(in)/Rate, at)
	}
}

// band is the power between two frequencies, in dB.
func band(pcm []float32, low, high float64) float64 {
	const size = 4800
	sum := 1e-12
	for ; len(pcm) >= size; pcm = pcm[size:] {
		for hertz := low; hertz < high; hertz += 50 {
			sum += math.Pow(10, tone(pcm[:size], hertz)/10)
		}
	}
	return 10 * math.Log10(sum)
}

// offset is by how many samples the end of out is later than that of in.
func offset(in, out []float32) int {
	const most, size = 480, 2 * Rate
	at := len(in) - size - most
	best, where := math.Inf(-1), 0
	for d := -most; d <= most; d += 4 {
		sum := 0.0
		for i := 0; i < size; i += 3 {
			sum += float64(in[at+i]) * float64(out[at+i+d])
		}
		if sum > best {
			best, where = sum, d
		}
	}
	return where
}

// TestLossIsConcealed loses every tenth packet: the sound goes on for as long as
// it should, and hardly quieter.
func TestLossIsConcealed(t *testing.T) {
	c := newCodec(t)
	packets := voice(t, "interpreter-en")[:300]
	pcm := make([]float32, MostSamples)
	var whole, lossy []float32
	for _, p := range packets {
		n, _ := c.Decode(p, pcm)
		whole = append(whole, pcm[:n]...)
	}
	c = newCodec(t)
	for i, p := range packets {
		n := 960
		if i%10 == 9 {
			if err := c.Conceal(pcm[:960]); err != nil {
				t.Fatal(err)
			}
		} else {
			var err error
			if n, err = c.Decode(p, pcm); err != nil {
				t.Fatal(err)
			}
		}
		lossy = append(lossy, pcm[:n]...)
	}
	if len(lossy) != len(whole) || decibels(whole)-decibels(lossy) > 1.5 {
		t.Errorf("%d samples at %.1f dBFS, without loss %d at %.1f", len(lossy), decibels(lossy), len(whole), decibels(whole))
	}
}

// TestNothingIsAllocated: a voice costs memory when it begins, and then none.
func TestNothingIsAllocated(t *testing.T) {
	c := newCodec(t)
	in, pcm, packet := voice(t, "officer")[0], make([]float32, MostSamples), make([]byte, MostBytes)
	if n := testing.AllocsPerRun(50, func() {
		if _, err := c.Decode(in, pcm); err != nil {
			t.Error(err)
		}
		if _, err := c.Encode(pcm[:960], packet); err != nil {
			t.Error(err)
		}
	}); n > 0 {
		t.Errorf("%.1f allocations for each packet", n)
	}
}

// FuzzDecode: whatever comes from a browser, the next good packet is decoded.
func FuzzDecode(f *testing.F) {
	good := voice(f, "officer")[10]
	f.Add(good)
	f.Add([]byte{0xf8, 0xff, 0xfe})
	f.Add([]byte{0xff, 0xff})
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0x03}, MostBytes))
	c := newCodec(f)
	pcm := make([]float32, MostSamples)
	f.Fuzz(func(t *testing.T, packet []byte) {
		if n, err := c.Decode(packet, pcm); err == nil && (n <= 0 || n > MostSamples || n%120 != 0) {
			t.Fatalf("%d samples", n)
		}
		if n, err := c.Decode(good, pcm); err != nil || n != 960 {
			t.Fatalf("after it a good packet gave %d samples: %v", n, err)
		}
	})
}
