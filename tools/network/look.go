package main

import "time"

// look is what a page's connections had counted at an instant. Counters are
// those of the WebRTC statistics (W3C webrtc-stats), since the connection was
// made.
type look struct {
	At       int64      `json:"at"` // milliseconds since 1970
	Received []received `json:"received"`
	Sent     []sent     `json:"sent"`
	RTT      float64    `json:"rtt"` // seconds, of the path
}

// received is one stream that comes in.
type received struct {
	Connection int     `json:"connection"`
	Mid        string  `json:"mid"`
	Kind       string  `json:"kind"`
	Codec      string  `json:"codec"`
	Packets    float64 `json:"packetsReceived"`
	Lost       float64 `json:"packetsLost"`
	Bytes      float64 `json:"bytesReceived"`
	Samples    float64 `json:"totalSamplesReceived"` // at 48 kHz, made up ones included
	Concealed  float64 `json:"concealedSamples"`     // made up
	Energy     float64 `json:"totalAudioEnergy"`
	Played     float64 `json:"totalSamplesDuration"` // seconds
	Frames     float64 `json:"framesDecoded"`
	Freezes    float64 `json:"freezeCount"`
	Frozen     float64 `json:"totalFreezesDuration"` // seconds
	Height     int     `json:"frameHeight"`
	Nacks      float64 `json:"nackCount"`
	Again      float64 `json:"retransmittedPacketsReceived"`
	Waited     float64 `json:"jitterBufferDelay"`        // seconds, of all samples or frames together
	Emitted    float64 `json:"jitterBufferEmittedCount"` // samples or frames
}

// sent is one stream, or one layer of a camera, that goes out.
type sent struct {
	Connection int     `json:"connection"`
	Mid        string  `json:"mid"`
	Layer      string  `json:"rid"`
	Kind       string  `json:"kind"`
	Codec      string  `json:"codec"`
	Bytes      float64 `json:"bytesSent"`
	Packets    float64 `json:"packetsSent"`
	Height     int     `json:"frameHeight"`
}

// Where the other principal is heard and seen: the first pair of slots, which
// are the first two sections of the receiving connection.
const (
	soundMid   = "0"
	pictureMid = "1"
)

func (l look) time() time.Time { return time.UnixMilli(l.At) }

// stream finds the newest connection's stream of a section that receives.
func (l look) stream(mid, kind string) (r received, ok bool) {
	for _, s := range l.Received {
		if s.Mid == mid && s.Kind == kind && (!ok || s.Connection >= r.Connection) {
			r, ok = s, true
		}
	}
	return r, ok
}

// quality is how a stretch of listening and watching was.
type quality struct {
	Seconds    float64 `json:"-"` // of the stretch
	Concealed  float64 // share of the sound that was made up, 0 to 1
	Frozen     float64 // share of the time in which the picture stood still, 0 to 1
	Freezes    int
	Anew       int     // how often the connection was made anew
	Codec      string  // of the sound
	Kilobits   float64 // of the picture, per second
	PacketLoss float64 // share of the sound's packets that never came, 0 to 1
	Buffered   float64 // seconds that sound waited for what was missing or late, on average
}

// judge says how it was between the first and the last look. Sound that was
// missing because a connection was being made anew counts as made up, and a
// picture that has not moved for half a second as frozen.
func judge(looks []look) (q quality) {
	if len(looks) < 2 {
		return q
	}
	q.Seconds = looks[len(looks)-1].time().Sub(looks[0].time()).Seconds()
	var samples, made, lost, packets, frozen, bytes, waited, emitted float64
	before, _ := looks[0].stream(soundMid, "audio")
	picture, _ := looks[0].stream(pictureMid, "video")
	at, moved := looks[0].time(), looks[0].time()
	for _, l := range looks[1:] {
		if s, ok := l.stream(soundMid, "audio"); ok {
			if s.Connection != before.Connection {
				gap := l.time().Sub(at).Seconds()*48000 - s.Samples
				samples, made = samples+max(0, gap), made+max(0, gap)
				before, q.Anew = received{Connection: s.Connection}, q.Anew+1
			}
			samples += s.Samples - before.Samples
			made += s.Concealed - before.Concealed
			lost += s.Lost - before.Lost
			packets += s.Packets - before.Packets
			waited += s.Waited - before.Waited
			emitted += s.Emitted - before.Emitted
			before, at, q.Codec = s, l.time(), s.Codec
		}
		if s, ok := l.stream(pictureMid, "video"); ok {
			if s.Connection != picture.Connection {
				frozen += l.time().Sub(moved).Seconds()
				picture = received{Connection: s.Connection}
			}
			frozen += s.Frozen - picture.Frozen
			q.Freezes += int(s.Freezes - picture.Freezes)
			bytes += s.Bytes - picture.Bytes
			if s.Frames > picture.Frames {
				moved = l.time()
			}
			picture = s
		}
	}
	end := looks[len(looks)-1].time()
	if still := end.Sub(at).Seconds(); still > 0.5 {
		samples, made = samples+still*48000, made+still*48000
	}
	if still := end.Sub(moved).Seconds(); still > 0.5 {
		frozen += still
		q.Freezes++
	}
	if samples > 0 {
		q.Concealed = max(0, made/samples)
	}
	if emitted > 0 {
		q.Buffered = waited / emitted
	}
	if packets+lost > 0 {
		q.PacketLoss = max(0, lost/(packets+lost))
	}
	if q.Seconds > 0 {
		q.Frozen = min(1, frozen/q.Seconds)
		q.Kilobits = bytes * 8 / 1000 / q.Seconds
	}
	return q
}

// soundBack says how long after an instant sound that was not made up was heard
// again: until the first look before which four fifths of what was played had
// been received. ok is false when it never came back.
func soundBack(looks []look, after time.Time) (took time.Duration, ok bool) {
	for i := 1; i < len(looks); i++ {
		if looks[i].time().After(after) && real(looks[i-1], looks[i]) >= 0.8 {
			return looks[i].time().Sub(after), true
		}
	}
	return 0, false
}

// longest is the longest time between two looks.
func longest(looks []look) (d time.Duration) {
	for i := 1; i < len(looks); i++ {
		d = max(d, looks[i].time().Sub(looks[i-1].time()))
	}
	return d
}

// gap is the longest stretch in seconds without any sound that was received.
func gap(looks []look) (most float64) {
	if len(looks) == 0 {
		return 0
	}
	heard := looks[0].time()
	for i := 1; i < len(looks); i++ {
		if real(looks[i-1], looks[i]) > 0.1 {
			most = max(most, looks[i-1].time().Sub(heard).Seconds())
			heard = looks[i].time()
		}
	}
	return max(most, looks[len(looks)-1].time().Sub(heard).Seconds())
}

// real is the share of what was played between two looks that had been
// received; 0 when nothing was played.
func real(before, now look) float64 {
	s, ok := now.stream(soundMid, "audio")
	was, had := before.stream(soundMid, "audio")
	if !ok {
		return 0
	}
	if !had || was.Connection != s.Connection {
		was = received{}
	}
	played := s.Samples - was.Samples
	if played <= 0 || s.Energy <= was.Energy {
		return 0
	}
	return 1 - (s.Concealed-was.Concealed)/played
}
