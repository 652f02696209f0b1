package opus

import (
	"testing"
	"time"
)

// BenchmarkVoice is what one voice costs while somebody wants it small, for each
// frame of 20 ms: three are decoded, then 60 ms are encoded at 24 kbit/s. It
// says what share of a core that is, too.
func BenchmarkVoice(b *testing.B) {
	c := newCodec(b)
	in := voice(b, "interpreter-en")
	pcm, packet := make([]float32, 2*MostSamples), make([]byte, MostBytes)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if _, err := c.Decode(in[i%len(in)], pcm[i%3*960:]); err != nil {
			b.Fatal(err)
		}
		if i%3 == 2 {
			if _, err := c.Encode(pcm[:2880], packet); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(100*b.Elapsed().Seconds()/(float64(b.N)*(20*time.Millisecond).Seconds()), "%core")
}

// BenchmarkNew is what it takes to begin with a voice, the first one aside.
func BenchmarkNew(b *testing.B) {
	newCodec(b)
	for b.Loop() {
		c, err := New(Speech{BitRate: 24000, Complexity: 5})
		if err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}
