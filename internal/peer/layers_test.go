package peer

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"liqa/internal/player"
	"liqa/internal/switchboard"
)

// sized is a VP9 clip whose key frames say how large the picture is.
type sized struct {
	*marked
	width, height int
}

func (s sized) Next() player.Frame {
	f := s.marked.Next()
	if f.Data[0] == 0x82 {
		w, h := s.width-1, s.height-1
		copy(f.Data[4:], []byte{0x40 | byte(w>>12), byte(w >> 4), byte(w<<4) | byte(h>>12), byte(h >> 4), byte(h << 4)})
	}
	return f
}

// seat publishes tracks as the camera and microphone of one seat.
func (h *hall) seat(p *player.Player, seat string, tracks ...player.Track) (*player.Publisher, *Conn) {
	h.t.Helper()
	var conn *Conn
	out, err := p.Publish(soon(h.t), func(ctx context.Context, offer string) (string, func(context.Context) error, error) {
		answer, c, err := h.gate.Ingest(ctx, Publish{Session: seat, Origin: switchboard.Origin(seat), Offer: offer,
			Sources: map[Device]switchboard.SourceID{Microphone: switchboard.SourceID(seat + "/microphone"), Camera: switchboard.SourceID(seat + "/camera")}})
		conn = c
		return answer, nil, err
	}, tracks...)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = out.Vanish() })
	if err := out.Wait(soon(h.t)); err != nil {
		h.t.Fatal(err)
	}
	return out, conn
}

func (h *hall) mark(mime, name string) *marked {
	m := &marked{mime: mime, name: name}
	h.clips[name] = m
	return m
}

// in gives a player whose socket is a cable that can be made bad.
func (h *hall) bad(config player.Config) (*player.Player, *player.Cable) {
	h.t.Helper()
	cable := &player.Cable{}
	config.Socket, config.Patience = cable.Open, time.Minute
	p, err := player.New(config)
	if err != nil {
		h.t.Fatal(err)
	}
	return p, cable
}

func TestThreeLayersArriveAndTheScreensSizeChooses(t *testing.T) {
	t.Parallel()
	for _, mime := range []string{webrtc.MimeTypeH264, webrtc.MimeTypeVP9} {
		t.Run(mime, func(t *testing.T) {
			h := newHall(t, player.Config{})
			_, c := h.seat(h.pool, "a", player.Track{MIME: mime, Layers: []player.Layer{
				{RID: "q", Clip: h.mark(mime, "quarter")}, {RID: "h", Clip: h.mark(mime, "half")}, {RID: "f", Clip: h.mark(mime, "full")}}})
			eventually(t, 30*time.Second, "all three come", func() bool {
				streams := c.Figures().Streams
				for _, s := range streams {
					if s.Rate < 100_000 {
						return false
					}
				}
				return len(streams) == 3
			})
			for i, s := range c.Figures().Streams {
				if s.Layer != i || s.RID != []string{"q", "h", "f"}[i] {
					t.Errorf("stream %d is %+v", i, s)
				}
			}
			h.board.Allow("seat/l", switchboard.Slots{"picture-1": only("a/camera")})
			_, heard, l := h.listen(h.pool, "seat/l", Plain, nil, nil)
			eventually(t, 45*time.Second, "the whole picture comes", func() bool { return heard.of("picture-1", "full") > 20 })
			if f := l.Figures(); f.Estimate == 0 || !f.Counted || !f.RTX {
				t.Errorf("figures of the listener: %+v", f)
			}
			l.SetSize("picture-1", 0, 0)
			eventually(t, 20*time.Second, "a picture that is not shown is not sent", func() bool {
				before := heard.of("picture-1", "full") + heard.of("picture-1", "half") + heard.of("picture-1", "quarter")
				time.Sleep(300 * time.Millisecond)
				return before == heard.of("picture-1", "full")+heard.of("picture-1", "half")+heard.of("picture-1", "quarter")
			})
			l.SetSize("picture-1", 1920, 1080)
			before := heard.of("picture-1", "full")
			eventually(t, 45*time.Second, "and is again when it is shown", func() bool { return heard.of("picture-1", "full") > before+20 })
		})
	}
}

func TestLayersThatAreListedTheOtherWayRoundAreTurned(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{})
	mime := webrtc.MimeTypeVP9
	_, c := h.seat(h.pool, "a", player.Track{MIME: mime, Layers: []player.Layer{
		{RID: "0", Clip: sized{h.mark(mime, "large"), 1280, 720}}, {RID: "1", Clip: sized{h.mark(mime, "middle"), 640, 360}},
		{RID: "2", Clip: sized{h.mark(mime, "small"), 320, 180}}}})
	eventually(t, 30*time.Second, "the smallest is layer 0", func() bool {
		s := c.Figures().Streams
		return s[0].Layer == 2 && s[1].Layer == 1 && s[2].Layer == 0 && s[0].Width == 1280 && s[2].Height == 180
	})
	h.board.Allow("seat/l", switchboard.Slots{"picture-1": only("a/camera")})
	_, heard, _ := h.listen(h.pool, "seat/l", Plain, nil, nil)
	eventually(t, 45*time.Second, "the largest comes", func() bool { return heard.of("picture-1", "large") > 20 })
}

func TestLostPicturesAreRepairedInAndOut(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{})
	thin, up := h.bad(player.Config{})
	_, c := h.seat(thin, "a", player.Track{MIME: webrtc.MimeTypeOpus, Clip: h.mark(webrtc.MimeTypeOpus, "sound")},
		player.Track{MIME: webrtc.MimeTypeH264, Clip: h.mark(webrtc.MimeTypeH264, "picture")})
	h.board.Allow("seat/l", switchboard.Slots{"picture-1": only("a/camera"), "channel": only("a/microphone")})
	there, down := h.bad(player.Config{})
	_, heard, _ := h.listen(there, "seat/l", Plain, nil, nil)
	eventually(t, 45*time.Second, "the picture comes", func() bool { return heard.of("picture-1", "picture") > 20 })
	up.Lose(0, 0.05)
	down.Lose(0.05, 0)
	heard.reset()
	eventually(t, 60*time.Second, "much is lost", func() bool { return heard.of("picture-1", "picture") > 400 })
	up.Lose(0, 0)
	down.Lose(0, 0)
	// One in ten was lost, there and back. What is lost eight times over, or has
	// no place any more when it comes, is one in a thousand.
	eventually(t, 30*time.Second, "and nearly all of it repaired", func() bool {
		return heard.holes("picture-1") <= heard.of("picture-1", "picture")/1000 && heard.holes("channel") == 0
	})
	var repaired uint64
	for _, s := range c.Figures().Streams {
		repaired += s.Repaired
	}
	if repaired == 0 {
		t.Error("nothing came as a retransmission of its own")
	}
}

func TestSoundWithRedundancyIsTakenAndGiven(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{RED: true})
	_, c := h.seat(h.pool, "a", player.Track{MIME: "audio/red", Clip: h.mark(webrtc.MimeTypeOpus, "sound")})
	h.board.Allow("seat/l", switchboard.Slots{"channel": only("a/microphone")})
	there, down := h.bad(player.Config{RED: true})
	in, heard, l := h.listen(there, "seat/l", Plain, nil, nil)
	eventually(t, 30*time.Second, "it is heard", func() bool { return heard.of("channel", "sound") > 50 })
	if !c.Figures().RED || !l.Figures().RED {
		t.Error("redundancy is not agreed")
	}
	down.Lose(0.1, 0)
	eventually(t, 60*time.Second, "redundancy is sent to who loses packets", func() bool { return in.Slot("channel").Redundant > 20 })
}

// A line that carries 300 kbit/s keeps its sound, and has the smallest picture
// or none; when it is wide again it has the largest.
func TestAThinLineKeepsItsSound(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("make test waits for it")
	}
	h := newHall(t, player.Config{})
	mime := webrtc.MimeTypeVP9
	h.seat(h.pool, "a", player.Track{MIME: webrtc.MimeTypeOpus, Clip: h.mark(webrtc.MimeTypeOpus, "sound")},
		player.Track{MIME: mime, Layers: []player.Layer{
			{RID: "q", Clip: sparse{h.mark(mime, "small")}}, {RID: "f", Clip: h.mark(mime, "large")}}})
	h.board.Allow("seat/l", switchboard.Slots{"picture-1": only("a/camera"), "channel": only("a/microphone")})
	there, down := h.bad(player.Config{})
	_, heard, l := h.listen(there, "seat/l", Plain, nil, nil)
	eventually(t, 45*time.Second, "the large picture comes", func() bool { return heard.of("picture-1", "large") > 20 })
	down.Limit(300_000, 0)
	eventually(t, 45*time.Second, "the large picture stops", func() bool {
		before := heard.of("picture-1", "large")
		time.Sleep(time.Second)
		return heard.of("picture-1", "large") == before
	})
	before, said := heard.of("channel", "sound"), h.clips["sound"].frame.Load()
	time.Sleep(2 * time.Second)
	if got, of := heard.of("channel", "sound")-before, int(h.clips["sound"].frame.Load()-said); got < of*7/10 {
		t.Errorf("of %d packets of sound %d came", of, got)
	}
	if f := l.Figures(); f.Estimate > 600_000 {
		t.Errorf("the estimate is %d", f.Estimate)
	}
	down.Limit(0, 0)
	large := heard.of("picture-1", "large")
	eventually(t, 45*time.Second, "the large picture is back", func() bool { return heard.of("picture-1", "large") > large+20 })
}

// sparse is a picture of few bits.
type sparse struct{ *marked }

func (s sparse) Next() player.Frame {
	f := s.marked.Next()
	f.Data = f.Data[:min(len(f.Data), 400)]
	return f
}

func TestUnwrappingIsTheReverseOfWrapping(t *testing.T) {
	media := []byte{0x90, 0x80 | 109, 1, 2, 0, 0, 0, 9, 0, 0, 0, 7, 0xBE, 0xDE, 0, 1, 0x40, '0', 0, 0, 0x12, 0x34, 'x', 'y', 'z'}
	got := unwrap(append([]byte(nil), media...), 108, 77)
	want := []byte{0x90, 0x80 | 108, 0x12, 0x34, 0, 0, 0, 9, 0, 0, 0, 77, 0xBE, 0xDE, 0, 1, 0x40, '0', 0, 0, 'x', 'y', 'z'}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	padding := append(append([]byte(nil), media[:20]...), 0, 0, 3)
	padding[0] |= 0x20
	if unwrap(padding, 108, 77) != nil || unwrap(media[:21], 108, 77) != nil || unwrap(append([]byte(nil), media...), 108, 0) != nil {
		t.Error("made a packet out of nothing")
	}
}
