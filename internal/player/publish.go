package player

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
)

// Track is one thing to publish: a microphone, a camera, or a screen.
type Track struct {
	MIME string // "audio/opus", "video/H264" or "video/VP9"
	Clip Clip
}

// Publisher is a sending connection. Each track is paced by its clip's frames.
type Publisher struct {
	*connection
	senders []*sender
	stop    chan struct{}
	running sync.WaitGroup
}

type sender struct {
	mime  string
	track *webrtc.TrackLocalStaticRTP
	rtp   *webrtc.RTPSender

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
		s := &sender{mime: t.MIME, clip: t.Clip}
		capability := webrtc.RTPCodecCapability{MimeType: t.MIME}
		if s.track, err = webrtc.NewTrackLocalStaticRTP(capability, fmt.Sprint("track-", i), "player"); err == nil {
			var transceiver *webrtc.RTPTransceiver
			transceiver, err = c.peer.AddTransceiverFromTrack(s.track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
			if err == nil { // what the clip is in, and nothing else
				s.rtp = transceiver.Sender()
				err = transceiver.SetCodecPreferences(parametersOf(t.MIME))
			}
		}
		if err != nil {
			_ = c.Vanish()
			return nil, fmt.Errorf("publish %s: %w", t.MIME, err)
		}
		out.senders = append(out.senders, s)
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

// Play replaces the clip of a track, numbered as it was published.
func (p *Publisher) Play(track int, clip Clip) {
	s := p.senders[track]
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
	for {
		packets, _, err := s.rtp.ReadRTCP()
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
	case webrtc.MimeTypeH264:
		payloader = &codecs.H264Payloader{}
	case webrtc.MimeTypeVP9:
		payloader = &codecs.VP9Payloader{}
	default:
		return
	}
	level := s.levelExtension()
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
			if level != 0 {
				_ = p.SetExtension(level, []byte{frame.Level & 0x7f})
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

// levelExtension is the identifier agreed for the audio level, 0 without one.
func (s *sender) levelExtension() uint8 {
	for _, e := range s.rtp.GetParameters().HeaderExtensions {
		if e.URI == audioLevelURI && s.mime == webrtc.MimeTypeOpus {
			return uint8(e.ID)
		}
	}
	return 0
}
