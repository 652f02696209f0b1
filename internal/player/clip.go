package player

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
)

// Frame is one encoded frame: 20 ms of sound, or a picture.
type Frame struct {
	Data   []byte // empty: nothing is sent for its length
	Length time.Duration
	Level  uint8 // of sound, in -dBov (RFC 6464): 0 is loudest, 127 silence
}

// Clip is an endless supply of frames. It is used by one track at a time.
type Clip interface{ Next() Frame }

// Refresher is a [Clip] that can continue with a key frame when asked.
type Refresher interface{ Refresh() }

// Speech is the level of frames that carry sound; silence is 127.
const Speech = 30

// Silence is a clip of real Opus frames that sound like nothing.
func Silence() Clip { return silence{} }

type silence struct{}

func (silence) Next() Frame {
	return Frame{Data: []byte{0xf8, 0xff, 0xfe}, Length: 20 * time.Millisecond, Level: 127}
}

// Recording is a file's frames, read once. Any number of clips play it.
type Recording struct {
	frames []Frame
	keys   []int // indices of key frames; nil for sound
}

// Length of the recording.
func (r *Recording) Length() time.Duration {
	var d time.Duration
	for _, f := range r.frames {
		d += f.Length
	}
	return d
}

// Loop plays the recording again and again.
func (r *Recording) Loop() Clip { return &loop{of: r} }

type loop struct {
	of   *Recording
	next int
}

func (l *loop) Next() Frame {
	f := l.of.frames[l.next]
	l.next = (l.next + 1) % len(l.of.frames)
	return f
}

// Refresh goes on to the next key frame.
func (l *loop) Refresh() {
	for _, k := range l.of.keys {
		if k >= l.next {
			l.next = k
			return
		}
	}
	l.next = 0
}

// mostSound is how large a packet of sound may be, in bytes: with all that is
// put around it, it must go into one datagram.
const mostSound = 1000

// Opus reads an Ogg Opus file (RFC 7845) whose packets are 20 ms long, as ffmpeg
// and opusenc make them unless told otherwise.
func Opus(file io.Reader) (*Recording, error) {
	r := &Recording{}
	begun := false
	err := oggPackets(file, func(packet []byte) error {
		head := bytes.HasPrefix(packet, []byte("OpusHead"))
		switch {
		case !begun && (!head || len(packet) < 19 || packet[9] > 2 || packet[18] != 0):
			return errors.New("it does not begin as Opus sound in mono or stereo does")
		case head || bytes.HasPrefix(packet, []byte("OpusTags")) || len(packet) == 0:
			begun = true
			return nil
		case !oneFrame(packet[0]):
			return errors.New("a packet is not 20 ms long; encode it in frames of 20 ms")
		case len(packet) > mostSound:
			return errors.New("a packet is too large to be sent; encode it at 64 kbit/s")
		}
		level := uint8(Speech)
		if len(packet) < 12 {
			level = 127
		}
		r.frames = append(r.frames, Frame{Data: packet, Length: 20 * time.Millisecond, Level: level})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read an Ogg Opus file: %w", err)
	}
	return r.checked()
}

// oneFrame reports whether a packet that begins so holds one frame of 20 ms (RFC 6716 §3.1).
func oneFrame(toc byte) bool {
	switch config := toc >> 3; {
	case toc&3 != 0:
		return false
	case config < 12: // SILK: 10, 20, 40, 60 ms
		return config&3 == 1
	case config < 16: // hybrid: 10, 20 ms
		return config&1 == 1
	default: // CELT: 2.5, 5, 10, 20 ms
		return config&3 == 3
	}
}

// oggPackets takes the packets out of the pages of an Ogg file (RFC 3533 §6).
func oggPackets(file io.Reader, each func([]byte) error) error {
	var packet []byte
	var head [27]byte
	for {
		if _, err := io.ReadFull(file, head[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if string(head[:4]) != "OggS" {
			return errors.New("a page does not begin where it should")
		}
		lacing := make([]byte, head[26])
		if _, err := io.ReadFull(file, lacing); err != nil {
			return err
		}
		for _, n := range lacing {
			segment := make([]byte, n)
			if _, err := io.ReadFull(file, segment); err != nil {
				return err
			}
			packet = append(packet, segment...)
			if n < 255 {
				if err := each(packet); err != nil {
					return err
				}
				packet = nil
			}
		}
	}
}

// H264 reads an Annex B stream (a .h264 file) of so many pictures a second.
// Parameter sets go with the picture that follows them.
func H264(file io.Reader, rate int) (*Recording, error) {
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("read an H.264 file: %w", err)
	}
	r := &Recording{keys: []int{}}
	var picture []byte
	sliced, key := false, false
	flush := func() {
		if !sliced {
			return
		}
		if key {
			r.keys = append(r.keys, len(r.frames))
		}
		r.frames = append(r.frames, Frame{Data: picture, Length: time.Second / time.Duration(rate)})
		picture, sliced, key = nil, false, false
	}
	for _, nal := range bytes.Split(data, []byte{0, 0, 1}) {
		nal = bytes.TrimRight(nal, "\x00") // a NAL unit ends in a set bit
		if len(nal) < 2 {
			continue
		}
		kind := nal[0] & 0x1f
		slice := kind == 1 || kind == 5
		if !slice || nal[1]&0x80 != 0 { // not a slice, or one that begins with the first macroblock
			flush()
		}
		picture = append(append(picture, 0, 0, 0, 1), nal...)
		sliced, key = sliced || slice, key || kind == 5
	}
	flush()
	return r.checked()
}

// VP9 reads an IVF file. Its own time stamps say how long each picture lasts.
func VP9(file io.Reader) (*Recording, error) {
	in, header, err := ivfreader.NewWith(file)
	if err != nil {
		return nil, fmt.Errorf("read an IVF file: %w", err)
	}
	if header.FourCC != "VP90" || header.TimebaseDenominator == 0 {
		return nil, fmt.Errorf("read an IVF file: it holds %q, not VP9", header.FourCC)
	}
	length := time.Second * time.Duration(header.TimebaseNumerator) / time.Duration(header.TimebaseDenominator)
	r := &Recording{keys: []int{}}
	for {
		data, _, err := in.ParseNextFrame()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read an IVF file: %w", err)
		}
		// The uncompressed header begins with the marker 0b10, two profile
		// bits (0), show_existing_frame and frame_type: 0 is a key frame.
		if len(data) > 0 && data[0]&0xfc == 0x80 {
			r.keys = append(r.keys, len(r.frames))
		}
		r.frames = append(r.frames, Frame{Data: data, Length: length})
	}
	return r.checked()
}

func (r *Recording) checked() (*Recording, error) {
	if len(r.frames) == 0 {
		return nil, errors.New("the file has no frames")
	}
	if r.keys != nil && (len(r.keys) == 0 || r.keys[0] != 0) {
		return nil, errors.New("the file does not begin with a key frame")
	}
	return r, nil
}
