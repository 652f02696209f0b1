package peer

import (
	"encoding/binary"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
)

// Limits of what a client's RTCP may cost. A transport-wide report of forty
// bytes can speak of 65,535 packets, and to read it takes as long as if it did.
const (
	// mostStatuses is how many packets one report may be about: twice as many as
	// are remembered, more than a second of all that is ever sent.
	mostStatuses = 2048
	// statusAllowance is how many packets a second all reports of a connection may
	// be about: ten times what a room shows.
	statusAllowance = 20_000
)

// RTCP packet types and feedback formats that are read (RFC 3550 §6, RFC 4585
// §6, RFC 5104 §4.3.1, and the drafts of transport-wide-cc and REMB).
const (
	senderReport      = 200
	receiverReport    = 201
	transportFeedback = 205
	payloadFeedback   = 206

	formatNack     = 1
	formatArrivals = 15
	formatLoss     = 1
	formatIntra    = 4
	formatRate     = 15
)

// readControl takes an opened compound packet of RTCP apart, as far as it makes
// sense. What nobody here heeds is not looked at, and neither are reports on
// more packets than the allowance has left; nil takes no such reports.
func readControl(b []byte, statuses *allowance, at time.Time) (list []rtcp.Packet) {
	for len(b) >= 4 && b[0]>>6 == 2 {
		size := 4 * (int(binary.BigEndian.Uint16(b[2:])) + 1)
		if size > len(b) {
			break
		}
		one := b[:size:size]
		b = b[size:]
		if !heeded(one, statuses, at) {
			continue
		}
		if read, err := rtcp.Unmarshal(one); err == nil {
			list = append(list, read...)
		}
	}
	return list
}

func heeded(one []byte, statuses *allowance, at time.Time) bool {
	format := one[0] & 0x1f
	switch one[1] {
	case senderReport, receiverReport:
		return true
	case payloadFeedback:
		return format == formatLoss || format == formatIntra || format == formatRate
	case transportFeedback:
		if format != formatArrivals {
			return format == formatNack
		}
		if statuses == nil || len(one) < 20 {
			return false
		}
		count := int(binary.BigEndian.Uint16(one[14:]))
		return count <= mostStatuses && statuses.take(count, at)
	}
	return false
}

// arrivals notes when numbered packets came, for the reports by which their
// sender's rate goes. A number far from the last one is not believed at once:
// what lies between would have to be noted as missing, packet by packet.
type arrivals struct {
	recorder *twcc.Recorder
	last     uint16
	at       time.Time // when last was noted
}

const (
	farAway      = 1000 // numbers: a second of all that is ever sent
	believeAfter = 250 * time.Millisecond
)

func newArrivals(control uint32) *arrivals { return &arrivals{recorder: twcc.NewRecorder(control)} }

// note takes the number of a packet of a stream that came at the given time,
// which is so many microseconds from some beginning.
func (a *arrivals) note(ssrc uint32, number uint16, at time.Time, micros int64) {
	ahead := int16(number - a.last)
	far := ahead > farAway || ahead < -farAway
	if far && !a.at.IsZero() && at.Sub(a.at) < believeAfter {
		return
	}
	if ahead > 0 || far {
		a.last, a.at = number, at
	}
	a.recorder.Record(ssrc, number, micros)
}
