package peer

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"liqa/internal/switchboard"
)

// outlet is a listener that sends to a socket of the test's, and that socket.
func outlet(t testing.TB) (*listener, *net.UDPConn, *srtp.Context) {
	t.Helper()
	g := newGate(t)
	sink, err := net.ListenUDP("udp4", loopback)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sink.Close() })
	k := &keys{}
	master, salt := make([]byte, 16), make([]byte, 12)
	for _, c := range []**srtp.Context{&k.in, &k.out} {
		if *c, err = srtp.CreateContext(master, salt, srtp.ProtectionProfileAeadAes128Gcm); err != nil {
			t.Fatal(err)
		}
	}
	opener, err := srtp.CreateContext(master, salt, srtp.ProtectionProfileAeadAes128Gcm)
	if err != nil {
		t.Fatal(err)
	}
	c := &Conn{gate: g, log: g.log}
	c.keys.Store(k)
	r := &route{conn: c, remote: sink.LocalAddr().(*net.UDPAddr).AddrPort()}
	for _, s := range g.ports.sockets {
		r.udp = s
	}
	c.active.Store(r)
	return &listener{conn: c, slots: make([]switchboard.SlotSpec, 1), strands: make([]strand, 1)}, sink, opener
}

func onePacket() []switchboard.Outgoing {
	return []switchboard.Outgoing{{
		Header:  rtp.Header{Version: 2, PayloadType: 111, SSRC: 7, SequenceNumber: 1},
		Payload: make([]byte, 160),
	}}
}

func TestSendingAllocatesNothing(t *testing.T) {
	l, sink, opener := outlet(t)
	packets := onePacket()
	if n := testing.AllocsPerRun(2000, func() {
		packets[0].Header.SequenceNumber++
		l.WriteRTP(packets)
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
	buf := make([]byte, 2048)
	_ = sink.SetReadDeadline(time.Now().Add(time.Second))
	n, err := sink.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := opener.DecryptRTP(nil, buf[:n], nil); err != nil || len(plain) != 12+160 {
		t.Errorf("what was sent opens to %d bytes, %v", len(plain), err)
	}
}

// A packet with a transport-wide number, and its retransmission, carry what
// they should and cost no more.
func TestNumberingAllocatesNothing(t *testing.T) {
	l, sink, opener := outlet(t)
	l.strands[0].count, l.strands[0].repairs = 3, 500
	packets := onePacket()
	packets = append(packets, packets[0])
	again := &packets[1]
	again.RTX, again.Again, again.Original = true, true, 77
	again.Header.SSRC, again.Header.PayloadType = 8, 112
	l.WriteRTP(packets)
	if n := testing.AllocsPerRun(2000, func() {
		packets[0].Header.SequenceNumber++
		l.WriteRTP(packets)
	}); n != 0 {
		t.Errorf("%v allocations for two packets", n)
	}
	buf := make([]byte, 2048)
	for i, want := range []struct{ ssrc, seq, count uint32 }{{7, 1, 0}, {8, 500, 1}} {
		_ = sink.SetReadDeadline(time.Now().Add(time.Second))
		n, err := sink.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := opener.DecryptRTP(nil, buf[:n], nil)
		var p rtp.Packet
		if err != nil || p.Unmarshal(plain) != nil {
			t.Fatal("cannot be opened", err)
		}
		count := p.GetExtension(3)
		if p.SSRC != want.ssrc || uint32(p.SequenceNumber) != want.seq || len(count) != 2 || uint32(count[1]) != want.count {
			t.Errorf("packet %d is %v with number %v", i, p.Header, count)
		}
		if i == 1 && (len(p.Payload) != 162 || p.Payload[1] != 77) {
			t.Errorf("the retransmission carries %d bytes", len(p.Payload))
		}
	}
	plain := onePacket()
	plain[0].Again = true
	if n := l.send(l.conn.active.Load(), l.conn.keys.Load(), buf, &plain[0], time.Now()); n != 0 {
		t.Error("a numbered packet was sent twice under one number")
	}
}

func TestReceivingAllocatesNothing(t *testing.T) {
	l, sink, _ := outlet(t)
	p := &publisher{conn: l.conn, allowance: allowance{rate: 1e12}}
	p.inbox.open()
	p.started.Store(true)
	f := &feed{section: &section{media: "audio"}, codec: chosen{codec: codec{payloadType: 111}}}
	layer := f.addLayer("", 0)
	layer.reception.clock = 48000
	p.announced(incoming{feed: f, layer: layer}, 7)
	packets := onePacket()
	buf := make([]byte, 2048)
	k := l.conn.keys.Load()
	// What it takes to send is measured above as nothing.
	if n := testing.AllocsPerRun(2000, func() {
		packets[0].Header.SequenceNumber++
		l.WriteRTP(packets)
		n, _, err := sink.ReadFromUDPAddrPort(buf)
		if err != nil {
			t.Fatal(err)
		}
		p.packet(buf[:n], time.Now())
		h := <-p.inbox.queue
		plain, err := k.open(h.data[:h.n])
		if in, known := p.incomingOf(plain); err != nil || !known || in.feed != f {
			t.Fatal("not opened, or not known", err)
		}
		layer.received(f, plain, h.at)
		heldPool.Put(h)
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func BenchmarkSend(b *testing.B) {
	l, sink, _ := outlet(b)
	go func() {
		buf := make([]byte, 2048)
		for {
			if _, err := sink.Read(buf); err != nil {
				return
			}
		}
	}()
	packets := onePacket()
	b.ReportAllocs()
	for b.Loop() {
		packets[0].Header.SequenceNumber++
		l.WriteRTP(packets)
	}
}

func TestMidExtensionIsFoundWhereItIs(t *testing.T) {
	p := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 7, CSRC: []uint32{1, 2}}, Payload: []byte("x")}
	if err := p.SetExtension(2, []byte{9, 9, 9}); err != nil {
		t.Fatal(err)
	}
	if err := p.SetExtension(4, []byte("mid1")); err != nil {
		t.Fatal(err)
	}
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if got := string(headerExtension(b, 4)); got != "mid1" {
		t.Errorf("found %q", got)
	}
	if headerExtension(b, 5) != nil || headerExtension(b[:20], 4) != nil {
		t.Error("found what is not there")
	}
}

func TestAFloodIsDroppedAndAnHonestClientIsNot(t *testing.T) {
	a := allowance{rate: pictureAllowance + soundAllowance}
	now := time.Unix(1000, 0)
	for range 10 * 250 { // 10 s at 2.4 Mbit/s, in packets of 1,200 bytes
		if now = now.Add(4 * time.Millisecond); !a.take(1200, now) {
			t.Fatal("an honest sender's packet is dropped")
		}
	}
	for range 300 { // a key frame all at once
		if !a.take(1200, now) {
			t.Fatal("a key frame is cut short")
		}
	}
	taken := 0
	for range 100_000 { // 1 s at 960 Mbit/s
		if now = now.Add(10 * time.Microsecond); a.take(1200, now) {
			taken += 1200
		}
	}
	if limit := 3 * (pictureAllowance + soundAllowance); taken > limit {
		t.Errorf("%d bytes of a flood are taken in a second; the allowance is %d", taken, limit)
	}
}

// Two pictures of one payload type are told apart by announced SSRC, or else
// by mid; a payload type that was not agreed belongs to nobody.
func TestFeedsAreToldApart(t *testing.T) {
	camera := &feed{section: &section{mid: "1"}, codec: chosen{codec: codec{payloadType: 108}}}
	screen := &feed{section: &section{mid: "2"}, codec: chosen{codec: codec{payloadType: 108}}}
	p := &publisher{feeds: []*feed{camera, screen}, midExtension: 4}
	p.announced(incoming{feed: camera, layer: camera.addLayer("", 0)}, 100)
	screen.addLayer("", 0)
	packet := func(payloadType uint8, ssrc uint32, mid string) []byte {
		r := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: payloadType, SSRC: ssrc}, Payload: []byte("x")}
		if mid != "" {
			if err := r.SetExtension(4, []byte(mid)); err != nil {
				t.Fatal(err)
			}
		}
		b, err := r.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		what string
		b    []byte
		want *feed
	}{
		{"announced", packet(108, 100, ""), camera},
		{"announced, but a retransmission format", packet(109, 100, ""), nil},
		{"unknown without mid", packet(108, 200, ""), nil},
		{"unknown with mid", packet(108, 200, "2"), screen},
		{"known from then on", packet(108, 200, ""), screen},
		{"red", packet(63, 300, "1"), nil},
		{"another mid", packet(108, 400, "7"), nil},
	} {
		in, known := p.incomingOf(c.b)
		if !known {
			in.feed = nil
		}
		if in.feed != c.want {
			t.Errorf("%s: wrong feed", c.what)
		}
	}
}

func TestReportsCountLossOnce(t *testing.T) {
	r := &reception{clock: 48000}
	at := time.Unix(1000, 0)
	seq := uint16(65530)
	receive := func(s uint16, i int) {
		b := make([]byte, 12)
		b[2], b[3] = byte(s>>8), byte(s)
		stamp := uint32(i * 960)
		b[4], b[5], b[6], b[7] = byte(stamp>>24), byte(stamp>>16), byte(stamp>>8), byte(stamp)
		r.received(b, at.Add(time.Duration(i)*20*time.Millisecond))
	}
	for i := range 100 {
		if i%10 != 3 {
			receive(seq+uint16(i), i)
		}
	}
	block, ok := r.block(7, at)
	if !ok || block.TotalLost != 10 || block.FractionLost < 24 || block.FractionLost > 27 {
		t.Errorf("a tenth lost is reported as %+v", block)
	}
	if block.LastSequenceNumber != 65530+99 || block.Jitter != 0 {
		t.Errorf("reported %+v", block)
	}
	if block, _ = r.block(7, at); block.FractionLost != 0 {
		t.Errorf("an interval without packets lost %d", block.FractionLost)
	}
}

func TestCandidatesPreferUDP(t *testing.T) {
	lines := candidateLines([]netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:7600")}, []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:7601")})
	want := []string{
		"1 1 udp 2130706431 192.0.2.1 7600 typ host",
		"2 1 tcp 1526726655 192.0.2.1 7601 typ host tcptype passive",
	}
	for i := range want {
		if lines[i] != want[i] {
			t.Errorf("%q, not %q", lines[i], want[i])
		}
	}
}
