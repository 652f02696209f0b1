package peer

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// boastful is a transport-wide report of forty bytes on so many packets, of
// which it says one thing each.
func boastful(count uint16, symbol uint16) []byte {
	b := make([]byte, 40)
	b[0], b[1] = 0x80|formatArrivals, transportFeedback
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)/4-1))
	binary.BigEndian.PutUint16(b[14:], count)
	for at := 20; at < 38; at += 2 {
		binary.BigEndian.PutUint16(b[at:], symbol<<13|8191)
	}
	return b
}

// What a report costs does not follow from what it says: a client that speaks of
// all the packets there could be, as often as it may, is not listened to.
func TestAShortReportOnManyPacketsIsNotRead(t *testing.T) {
	now := time.Now()
	for _, symbol := range []uint16{rtcp.TypeTCCPacketNotReceived, rtcp.TypeTCCPacketReceivedSmallDelta} {
		statuses := allowance{rate: statusAllowance}
		if got := readControl(boastful(65_535, symbol), &statuses, now); len(got) != 0 {
			t.Errorf("a report of 40 bytes on 65,535 packets is read: %v", got)
		}
	}
	statuses, read := allowance{rate: statusAllowance}, 0
	for range 1000 {
		read += len(readControl(boastful(mostStatuses, rtcp.TypeTCCPacketNotReceived), &statuses, now))
	}
	if most := 2 * statusAllowance / mostStatuses; read == 0 || read > most {
		t.Errorf("%d reports on %d packets each are read at once, want some and at most %d", read, mostStatuses, most)
	}
}

// A report that is not heeded does not hide those that come with it, and who has
// nothing to be told of arrivals reads none.
func TestWhatIsHeededOfACompoundPacket(t *testing.T) {
	whole := boastful(65_535, rtcp.TypeTCCPacketNotReceived)
	for _, p := range []rtcp.Packet{
		&rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: 2},
		&rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{Source: 1, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: "x"}}}}},
		&rtcp.SenderReport{SSRC: 3},
		&rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: 2, Nacks: []rtcp.NackPair{{PacketID: 7}}},
	} {
		b, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		whole = append(whole, b...)
	}
	whole = append(whole, boastful(10, rtcp.TypeTCCPacketNotReceived)...)
	for _, x := range []struct {
		statuses *allowance
		want     int
	}{{&allowance{rate: statusAllowance}, 4}, {nil, 3}} {
		if got := readControl(whole, x.statuses, time.Now()); len(got) != x.want {
			t.Errorf("%d packets are read, want %d: %v", len(got), x.want, got)
		}
	}
}

// A number from far away is not believed at once, or every packet could have
// tens of thousands noted as missing; a sender that goes on elsewhere is.
func TestANumberFromFarAwayIsNotBelievedAtOnce(t *testing.T) {
	a, at := newArrivals(1), time.Now()
	note := func(n uint16, after time.Duration) {
		at = at.Add(after)
		a.note(1, n, at, at.Sub(epoch).Microseconds())
	}
	note(40_000, 0) // the first may be any
	for i := range uint16(100) {
		note(40_001+i, time.Millisecond)
		note(40_001+i+30_000, time.Millisecond)
	}
	if told := statusesOf(a); told != 101 {
		t.Errorf("it is told of %d packets, want the 101 that came one after another", told)
	}
	note(9_000, 300*time.Millisecond) // after a while without a network
	note(9_001, time.Millisecond)
	if a.last != 9_001 {
		t.Errorf("the last number noted is %d, want 9001", a.last)
	}
}

// statusesOf is how many packets the next reports are about.
func statusesOf(a *arrivals) (n int) {
	for _, p := range a.recorder.BuildFeedbackPacket() {
		if f, ok := p.(*rtcp.TransportLayerCC); ok {
			n += int(f.PacketStatusCount)
		}
	}
	return n
}
