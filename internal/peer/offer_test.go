package peer

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/sdp/v3"

	"liqa/internal/plan"
	"liqa/internal/switchboard"
)

func read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// newGate opens a gate on loopback, and closes it with the test.
func newGate(t testing.TB) *Gate {
	t.Helper()
	board := switchboard.New(switchboard.Config{})
	g, err := New(Config{UDPAddr: "127.0.0.1:0", TCPAddr: "127.0.0.1:0"}, board)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close(); board.Close() })
	return g
}

func devices(list ...Device) map[Device]switchboard.SourceID {
	m := map[Device]switchboard.SourceID{}
	for _, d := range list {
		m[d] = switchboard.SourceID("s/a/" + string(d))
	}
	return m
}

// answerTo publishes an offer and takes the answer apart.
func answerTo(t *testing.T, g *Gate, body string, list ...Device) (string, *sdp.SessionDescription) {
	t.Helper()
	answer, c, err := g.Ingest(context.Background(), Publish{Session: "1", Origin: "a", Sources: devices(list...), Offer: body})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	var desc sdp.SessionDescription
	if err := desc.UnmarshalString(answer); err != nil {
		t.Fatalf("the answer cannot be read: %v\n%s", err, answer)
	}
	return answer, &desc
}

func TestAnswerSetsOpusForInterpreting(t *testing.T) {
	answer, desc := answerTo(t, newGate(t), read(t, "chromium-publish.sdp"), Microphone, Camera)
	if !strings.Contains(answer, "a=fmtp:111 maxaveragebitrate=64000;usedtx=0;useinbandfec=1;stereo=0\r\n") {
		t.Errorf("the Opus parameters are not on the wire:\n%s", answer)
	}
	for _, gone := range []string{"red/", "ulpfec", "AV1", "VP8", "minptime", "PCMU"} {
		if strings.Contains(answer, gone) {
			t.Errorf("the answer negotiates %s:\n%s", gone, answer)
		}
	}
	if got := desc.MediaDescriptions[0].MediaName.Formats; len(got) != 1 || got[0] != "111" {
		t.Errorf("the microphone's formats are %v", got)
	}
	if !strings.Contains(answer, "a=extmap:1 "+audioLevelURI+"\r\n") || strings.Count(answer, midURI) != 2 {
		t.Errorf("audio level or mid is not negotiated:\n%s", answer)
	}
}

func TestAnswerTakesOneCodecEachAndRejectsTheRest(t *testing.T) {
	answer, desc := answerTo(t, newGate(t), read(t, "chromium-publish.sdp"), Microphone, Camera)
	camera, screen := desc.MediaDescriptions[1], desc.MediaDescriptions[2]
	if got := camera.MediaName.Formats; !slices.Equal(got, []string{"108", "109"}) {
		t.Errorf("the camera's formats are %v, not constrained baseline H.264 and its retransmissions", got)
	}
	if _, ok := camera.Attribute("recvonly"); !ok {
		t.Error("the camera is not recvonly")
	}
	if screen.MediaName.Port.Value != 0 {
		t.Error("a screen that the seat may not share is not rejected")
	}
	if !strings.Contains(answer, "a=group:BUNDLE 0 1\r\n") || !strings.Contains(answer, "a=ice-lite\r\n") {
		t.Errorf("bundle or ICE lite is missing:\n%s", answer)
	}
	if n := strings.Count(answer, "a=candidate:"); n != 2 {
		t.Errorf("%d candidates, not one over UDP and one over TCP", n)
	}
	for _, feedback := range []string{"a=rtcp-fb:108 nack\r\n", "a=rtcp-fb:108 nack pli\r\n", "a=rtcp-fb:108 ccm fir\r\n", "a=rtcp-fb:108 goog-remb\r\n", "a=rtcp-fb:108 transport-cc\r\n", "a=fmtp:109 apt=108\r\n", "a=extmap:10 " + ridURI, "a=extmap:3 " + countURI} {
		if !strings.Contains(answer, feedback) {
			t.Errorf("%q is missing", feedback)
		}
	}
}

func TestServeAnswersEverySlotWithAStreamOfItsOwn(t *testing.T) {
	g := newGate(t)
	answer, c, err := g.Serve(context.Background(), Play{Session: "1", Key: "seat/a", Template: Room, Offer: read(t, "chromium-room.sdp")})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var desc sdp.SessionDescription
	if err := desc.UnmarshalString(answer); err != nil {
		t.Fatal(err)
	}
	sources := map[string]bool{}
	streams := map[string]string{}
	for i, m := range desc.MediaDescriptions {
		slot := string(Room.Sections[i].Slot)
		msid, _ := m.Attribute("msid")
		stream, track, _ := strings.Cut(msid, " ")
		streams[slot] = stream
		if track != slot {
			t.Errorf("section %d carries %q, not %s", i, track, slot)
		}
		ssrc, _ := m.Attribute("ssrc")
		number, _, _ := strings.Cut(ssrc, " ")
		if sources[number] || number == "" {
			t.Errorf("%s has no SSRC of its own: %q", slot, ssrc)
		}
		sources[number] = true
		if _, ok := m.Attribute("sendonly"); !ok {
			t.Errorf("%s is not sendonly", slot)
		}
		want := []string{"111", "63"}
		if m.MediaName.Media == "video" {
			want = []string{"108", "109", "98", "99"}
		}
		if formats := m.MediaName.Formats; !slices.Equal(formats, want) {
			t.Errorf("%s has formats %v, not %v", slot, formats, want)
		}
		if group, has := m.Attribute("ssrc-group"); has != (m.MediaName.Media == "video") || has && !strings.HasPrefix(group, "FID "+number+" ") {
			t.Errorf("%s: the streams are grouped as %q", slot, group)
		}
	}
	if streams["original-2"] != "pair-2" || streams["picture-2"] != "pair-2" || streams["channel"] != "channel" || streams["picture-4"] != "picture-4" {
		t.Errorf("streams are %v", streams)
	}
	if strings.Contains(answer, "goog-remb") {
		t.Error("the client is asked for its own estimate besides the reports")
	}
	if n := strings.Count(answer, countURI); n != 8 {
		t.Errorf("%d sections are numbered for the transport, not the eight pictures", n)
	}
}

// The templates are the plan's slots in the plan's order.
func TestTemplatesAreThePlansSlots(t *testing.T) {
	for name, pair := range map[string]struct {
		template Template
		slots    []plan.Slot
	}{"room": {Room, plan.RoomSlots}, "press": {Press, plan.PressSlots}} {
		if len(pair.template.Sections) != len(pair.slots) {
			t.Fatalf("%s: %d sections for %d slots", name, len(pair.template.Sections), len(pair.slots))
		}
		for i, s := range pair.template.Sections {
			if string(s.Slot) != string(pair.slots[i]) {
				t.Errorf("%s: section %d is %s, slot %s", name, i, s.Slot, pair.slots[i])
			}
		}
	}
	for _, s := range Room.Sections {
		paired := s.Slot == "original-1" || s.Slot == "picture-1" || s.Slot == "original-2" || s.Slot == "picture-2" ||
			s.Slot == "original-3" || s.Slot == "picture-3"
		if (s.Pair != 0) != paired {
			t.Errorf("%s has pair %d", s.Slot, s.Pair)
		}
	}
}

// simple is a small, honest offer of the sections given.
func simple(sections ...string) string {
	mids := make([]string, len(sections))
	for i := range sections {
		mids[i] = fmt.Sprint(i)
	}
	body := "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE " + strings.Join(mids, " ") +
		"\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\na=fingerprint:sha-256 " +
		strings.TrimSuffix(strings.Repeat("AB:", 32), ":") + "\r\n"
	for i, s := range sections {
		media, codec, _ := strings.Cut(s, " ")
		direction := "sendonly"
		if rest, ok := strings.CutPrefix(codec, "recvonly "); ok {
			direction, codec = "recvonly", rest
		}
		body += fmt.Sprintf("m=%s 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:%d\r\na=rtcp-mux\r\na=%s\r\na=rtpmap:96 %s\r\n", media, i, direction, codec)
	}
	return body
}

func TestRefusalsSayWhy(t *testing.T) {
	g := newGate(t)
	all := devices(Microphone, Camera, Screen)
	honest := simple("audio opus/48000/2")
	for _, c := range []struct{ name, offer, code, words string }{
		{"vp8 only", simple("audio opus/48000/2", "video VP8/90000"), CodeNoUsableCodec, "VP8 cannot be recorded"},
		{"h264 without packetization mode", simple("video H264/90000"), CodeNoUsableCodec, "packetization-mode=1"},
		{"g711 only", simple("audio PCMU/8000"), CodeNoUsableCodec, "Opus"},
		{"nothing sent", simple("audio recvonly opus/48000/2"), CodeNothingToPublish, "nothing"},
		{"words", "good morning", CodeMalformed, "not a session description"},
		{"empty", "", CodeMalformed, ""},
		{"too large", strings.Repeat("a=x\r\n", 100_000), CodeTooLarge, "bytes"},
		{"too many sections", simple(strings.Split(strings.Repeat("audio opus/48000/2,", 99), ",")[:99]...), CodeTooLarge, "sections"},
		{"two of one mid", strings.ReplaceAll(simple("audio opus/48000/2", "video VP9/90000"), "a=mid:1", "a=mid:0"), CodeDuplicateMid, "mid"},
		{"not bundled", strings.Replace(simple("audio opus/48000/2", "video VP9/90000"), "BUNDLE 0 1", "BUNDLE 0", 1), CodeNotBundled, "BUNDLE"},
		{"no rtcp-mux", strings.Replace(honest, "a=rtcp-mux\r\n", "", 1), CodeNotBundled, "RTCP"},
		{"plain rtp", strings.Replace(honest, "UDP/TLS/RTP/SAVPF", "RTP/AVP", 1), CodeNotSecure, "DTLS"},
		{"no fingerprint", strings.Replace(honest, "a=fingerprint", "a=thumbprint", 1), CodeNotSecure, "fingerprint"},
		{"sha-1", strings.Replace(honest, "sha-256", "sha-1", 1), CodeNotSecure, "SHA-256"},
		{"passive", strings.Replace(honest, "actpass", "passive", 1), CodeDTLSRole, "actpass"},
		{"no password", strings.Replace(honest, "a=ice-pwd", "a=x", 1), CodeNoCredentials, "password"},
		{"short password", strings.Replace(honest, "0123456789012345678901", "short", 1), CodeNoCredentials, "password"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, conn, err := g.Ingest(context.Background(), Publish{Sources: all, Offer: c.offer})
			var bad *BadOffer
			if !errors.As(err, &bad) || conn != nil || answer != "" {
				t.Fatalf("not refused: %v %v", conn, err)
			}
			if bad.Code != c.code || !strings.Contains(bad.Sentence, c.words) {
				t.Errorf("refused as %s: %s", bad.Code, bad.Sentence)
			}
		})
	}
	if n := g.Census(); n.Connecting != 0 {
		t.Errorf("%d connections are left of refused offers", n.Connecting)
	}
}

// The dearest offers that fit cost milliseconds, not seconds.
func TestDearOffersAreCheap(t *testing.T) {
	formats := ""
	for i := range 128 {
		formats += fmt.Sprint(" ", i)
	}
	head := strings.Replace(simple("audio opus/48000/2"), "SAVPF 96", "SAVPF"+formats, 1)
	for name, filler := range map[string]string{
		"feedback for all": "a=rtcp-fb:* x\r\n", "formats": "a=fmtp:96 a=b;c=d\r\n", "sources": "a=ssrc:7 x\r\n", "groups": "a=group:BUNDLE 0 1 2\r\n",
	} {
		began := time.Now()
		body := head + strings.Repeat(filler, (maxOffer-len(head))/len(filler))
		if _, bad := parseOffer(body); bad == nil || bad.Code != CodeTooLarge {
			t.Errorf("%s: %v", name, bad)
		}
		body = head + strings.Repeat(filler, maxLines-10)
		_, _ = parseOffer(body)
		if took := time.Since(began); took > time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func TestServeRefusesOtherSections(t *testing.T) {
	g := newGate(t)
	video, audio := "video recvonly VP9/90000", "audio recvonly opus/48000/2"
	for _, c := range []struct {
		name     string
		template Template
		offer    string
		words    string
	}{
		{"too few", Room, simple(audio, video), "has 14 sections"},
		{"wrong kind", Press, simple(audio, audio, audio, video, audio, video), "Section 2"},
		{"sending", Press, simple("audio opus/48000/2", video, audio, video, audio, video), "recvonly"},
		{"two sounds", Plain, simple(audio, audio), "video"},
	} {
		_, conn, err := g.Serve(context.Background(), Play{Template: c.template, Offer: c.offer})
		var bad *BadOffer
		if !errors.As(err, &bad) || conn != nil || bad.Code != CodeWrongSections || !strings.Contains(bad.Sentence, c.words) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, offer := range []string{simple(audio, video), simple(video, audio)} {
		answer, conn, err := g.Serve(context.Background(), Play{Template: Plain, Offer: offer})
		if err != nil {
			t.Fatalf("a plain player is refused: %v", err)
		}
		conn.Close()
		if strings.Count(answer, "a=msid:program ") != 2 {
			t.Errorf("a plain player's sound and picture are not one stream:\n%s", answer)
		}
	}
}

func TestAdvertisedAddressesReplaceTheMachinesOwn(t *testing.T) {
	board := switchboard.New(switchboard.Config{})
	defer board.Close()
	g, err := New(Config{UDPAddr: ":0", TCPAddr: ":0", AdvertisedIPs: []netip.Addr{netip.MustParseAddr("198.51.100.7")}}, board)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	udp, tcp := g.Addresses()
	if len(udp) != 1 || len(tcp) != 1 || udp[0].Addr().String() != "198.51.100.7" || udp[0].Port() == 0 || tcp[0].Port() == 0 {
		t.Errorf("told %v and %v", udp, tcp)
	}
	own, err := New(Config{UDPAddr: ":0"}, board)
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	udp, tcp = own.Addresses()
	if len(udp) == 0 || len(tcp) != 0 || !udp[len(udp)-1].Addr().IsLoopback() {
		t.Errorf("told %v and %v", udp, tcp)
	}
}
