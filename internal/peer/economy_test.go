package peer

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"liqa/internal/opus"
	"liqa/internal/player"
	"liqa/internal/switchboard"
)

// toned says one tone.
type toned struct {
	t     *testing.T
	codec *opus.Codec
	hertz float64
	at    int
}

func (c *toned) Next() player.Frame {
	pcm, b := make([]float32, 960), make([]byte, opus.MostBytes)
	for i := range pcm {
		pcm[i] = float32(0.25 * math.Sin(2*math.Pi*c.hertz*float64(c.at+i)/opus.Rate))
	}
	c.at += len(pcm)
	n, err := c.codec.Encode(pcm, b)
	if err != nil {
		c.t.Error(err)
	}
	return player.Frame{Data: b[:n], Length: 20 * time.Millisecond, Level: 15}
}

// ear keeps what came in one slot.
type ear struct {
	mu       sync.Mutex
	payloads [][]byte
	first    uint32
	last     uint32
}

func (e *ear) add(slot string, p *rtp.Packet) {
	if slot != "channel" {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.payloads) == 0 {
		e.first = p.Timestamp
	}
	e.last = p.Timestamp
	e.payloads = append(e.payloads, append([]byte(nil), p.Payload...))
}

func (e *ear) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.payloads)
}

func (e *ear) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.payloads = nil
}

// A client that offers to take no more than 24 kbit/s of Opus is given the same
// voice in so much; another beside it has all of it.
func TestWhoOffersToTakeLittleIsGivenLittle(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{})
	h.board = switchboard.New(switchboard.Config{Reduce: func() (switchboard.Reducer, error) {
		return opus.New(opus.Speech{BitRate: 24000, Complexity: 5})
	}})
	var err error
	if h.gate, err = New(Config{UDPAddr: "127.0.0.1:0", TCPAddr: "127.0.0.1:0"}, h.board); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.gate.Close(); h.board.Close() })
	codec := func(rate int) *opus.Codec {
		c, err := opus.New(opus.Speech{BitRate: rate, Complexity: 2})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	h.seat(h.pool, "a", player.Track{MIME: webrtc.MimeTypeOpus, Clip: &toned{t: t, codec: codec(64000), hertz: 700}})
	small, whole := new(ear), new(ear)
	for key, e := range map[switchboard.Key]*ear{"seat/small": small, "seat/whole": whole} {
		h.board.Allow(key, switchboard.Slots{"channel": only("a/microphone")})
		in, err := h.pool.Receive(soon(t), func(ctx context.Context, offer string) (string, func(context.Context) error, error) {
			if e == small {
				offer = strings.ReplaceAll(offer, "minptime=10;", "minptime=10;maxaveragebitrate=24000;")
			}
			answer, _, err := h.gate.Serve(ctx, Play{Session: string(key), Key: key, Template: Plain, Offer: offer})
			return answer, nil, err
		}, []string{"channel", "picture-1"}, e.add)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = in.Vanish() })
	}
	eventually(t, 30*time.Second, "the voice is made smaller", func() bool { return h.board.Survey().Reducers == 1 && small.count() > 30 })
	time.Sleep(500 * time.Millisecond) // what was whole still comes
	small.reset()
	whole.reset()
	eventually(t, 30*time.Second, "3 s of it", func() bool { return small.count() >= 50 })
	if few, many := small.count(), whole.count(); many < 2*few {
		t.Errorf("the one has %d packets, the other %d", few, many)
	}
	small.mu.Lock()
	defer small.mu.Unlock()
	bytes, rises, before := 0, 0, float32(0)
	d, pcm := codec(24000), make([]float32, opus.MostSamples)
	samples := 0
	for _, p := range small.payloads {
		bytes += len(p)
		n, err := d.Decode(p, pcm)
		if err != nil {
			t.Fatal(err)
		}
		samples += n
		for _, v := range pcm[:n] {
			if before < 0 && v >= 0 {
				rises++
			}
			before = v
		}
	}
	if rate := bytes * 8 * opus.Rate / samples; rate > 26_000 {
		t.Errorf("it takes %d bit/s", rate)
	}
	if hertz := float64(rises) * opus.Rate / float64(samples); math.Abs(hertz-700) > 30 {
		t.Errorf("a tone of 700 Hz is heard as one of %.0f", hertz)
	}
	// A busy machine may lose some of it.
	if lasts := float64(small.last-small.first+2880) / float64(samples); lasts < 0.95 || lasts > 1.5 {
		t.Errorf("%d samples in %d units of the clock", samples, small.last-small.first+2880)
	}
}
