package player

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
)

// Track is one thing to publish: a microphone, a camera, or a screen.
type Track struct {
	MIME string // "audio/opus", "audio/red" (Opus, each packet with the one before), "video/H264" or "video/VP9"
	Clip Clip
	// Layers are sizes of one picture that are sent at once (RFC 8853), in the
	// order in which they are offered; instead of Clip.
	Layers []Layer
}

// Layer is one size of a picture.
type Layer struct {
	RID  string
	Clip Clip
}

// Publisher is a sending connection. Each track is paced by its clip's frames.
type Publisher struct {
	*connection
	senders []*sender // of each layer
	tracks  []int     // the first sender of each track
	stop    chan struct{}
	running sync.WaitGroup
}

type sender struct {
	mime        string
	rid         string
	number      int // of its track
	track       *webrtc.TrackLocalStaticRTP
	transceiver *webrtc.RTPTransceiver
	rtp         *webrtc.RTPSender

	mu   sync.Mutex
	clip Clip
}

// Publish offers the tracks, in their order, and plays their clips from the
// moment the connection is made until it ends.
func (p *Player) Publish(ctx context.Context, exchange Exchange, tracks ...Track) (*Publisher, error) {
	c, err := p.newConnection()
	if err != nil {
		return nil, err
	}
	out := &Publisher{connection: c, stop: make(chan struct{})}
	for i, t := range tracks {
		if err := p.addTrack(out, fmt.Sprint("track-", i), t); err != nil {
			_ = c.Vanish()
			return nil, fmt.Errorf("publish %s: %w", t.MIME, err)
		}
	}
	if err := c.negotiate(ctx, exchange); err != nil {
		_ = c.Vanish()
		return nil, err
	}
	for _, s := range out.senders {
		out.running.Add(2)
		go func() { defer out.running.Done(); s.obey() }()
		go func() { defer out.running.Done(); s.play(c, out.stop) }()
	}
	return out, nil
}

// addTrack offers a track, in all its layers.
func (p *Player) addTrack(out *Publisher, id string, t Track) error {
	layers := t.Layers
	if len(layers) == 0 {
		layers = []Layer{{Clip: t.Clip}}
	}
	first := len(out.senders)
	for i, l := range layers {
		s := &sender{mime: t.MIME, clip: l.Clip, rid: l.RID, number: len(out.tracks)}
		capability := p.config.parametersOf(t.MIME)
		if len(capability) == 0 {
			return errors.New("no such codec is offered")
		}
		var options []func(*webrtc.TrackLocalStaticRTP)
		if l.RID != "" {
			options = append(options, webrtc.WithRTPStreamID(l.RID))
		}
		var err error
		s.track, err = webrtc.NewTrackLocalStaticRTP(capability[0].RTPCodecCapability, id, "player", options...)
		if err != nil {
			return err
		}
		if i == 0 {
			s.transceiver, err = out.peer.AddTransceiverFromTrack(s.track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
			if err == nil { // what the clip is in, and nothing else
				err = s.transceiver.SetCodecPreferences(capability)
			}
		} else {
			s.transceiver = out.senders[first].transceiver
			err = s.transceiver.Sender().AddEncoding(s.track)
		}
		if err != nil {
			return err
		}
		s.rtp = s.transceiver.Sender()
		out.senders = append(out.senders, s)
	}
	out.tracks = append(out.tracks, first)
	return nil
}

// Play replaces the clip of a track, numbered as it was published; of one with
// layers that of the first.
func (p *Publisher) Play(track int, clip Clip) {
	s := p.senders[p.tracks[track]]
	s.mu.Lock()
	s.clip = clip
	s.mu.Unlock()
}

// Close stops the clips, ends the connection and tells the server.
func (p *Publisher) Close() error {
	close(p.stop)
	err := p.connection.Close()
	p.running.Wait()
	return err
}

// obey answers requests for a key frame.
func (s *sender) obey() {
	read := s.rtp.ReadRTCP
	if s.rid != "" {
		read = func() ([]rtcp.Packet, interceptor.Attributes, error) { return s.rtp.ReadSimulcastRTCP(s.rid) }
	}
	for {
		packets, _, err := read()
		if err != nil {
			return
		}
		for _, one := range packets {
			switch one.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				s.mu.Lock()
				if r, ok := s.clip.(Refresher); ok {
					r.Refresh()
				}
				s.mu.Unlock()
			}
		}
	}
}

// play sends frame after frame, each when the ones before it have lasted.
func (s *sender) play(c *connection, stop <-chan struct{}) {
	select {
	case <-c.connected:
	case <-c.done:
		return
	case <-stop:
		return
	}
	clock, payloader := uint32(90000), rtp.Payloader(nil)
	switch s.mime {
	case webrtc.MimeTypeOpus:
		clock, payloader = 48000, &codecs.OpusPayloader{}
	case mimeRED:
		clock, payloader = 48000, &redundant{}
	case webrtc.MimeTypeH264:
		payloader = &codecs.H264Payloader{}
	case webrtc.MimeTypeVP9:
		payloader = &codecs.VP9Payloader{}
	default:
		return
	}
	level, mid, rid := s.extension(audioLevelURI), s.extension(midURI), s.extension(ridURI)
	name := s.transceiver.Mid()
	packets := rtp.NewPacketizerWithOptions(1200, payloader, rtp.NewRandomSequencer(), clock)
	due := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		s.mu.Lock()
		frame := s.clip.Next()
		s.mu.Unlock()
		samples := uint32(frame.Length.Seconds()*float64(clock) + 0.5)
		for _, p := range packets.Packetize(frame.Data, samples) {
			if level != 0 && isSound(s.mime) {
				_ = p.SetExtension(level, []byte{frame.Level & 0x7f})
			}
			if s.rid != "" && rid != 0 {
				_ = p.SetExtension(rid, []byte(s.rid))
				_ = p.SetExtension(mid, []byte(name))
			}
			if s.track.WriteRTP(p) != nil {
				return
			}
		}
		if len(frame.Data) == 0 {
			packets.SkipSamples(samples)
		}
		due = due.Add(frame.Length)
		timer.Reset(time.Until(due))
		select {
		case <-timer.C:
		case <-c.done:
			return
		case <-stop:
			return
		}
	}
}

// extension is the identifier agreed for a header extension, 0 without one.
func (s *sender) extension(uri string) uint8 {
	for _, e := range s.rtp.GetParameters().HeaderExtensions {
		if e.URI == uri {
			return uint8(e.ID)
		}
	}
	return 0
}

// redundant packs each frame together with the one before (RFC 2198).
type redundant struct{ before []byte }

func (r *redundant) Payload(_ uint16, frame []byte) [][]byte {
	const length, opus = 960, 111
	var b []byte
	if n := len(r.before); n > 0 && n < 1<<10 {
		b = binary.BigEndian.AppendUint32(b, 1<<31|opus<<24|length<<10|uint32(n))
		b = append(append(b, opus), r.before...)
	} else {
		b = append(b, opus)
	}
	r.before = append(r.before[:0], frame...)
	return [][]byte{append(b, frame...)}
}
