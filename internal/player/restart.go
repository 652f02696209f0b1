package player

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/pion/webrtc/v4"
)

var (
	ufragLine     = regexp.MustCompile(`(?m)^a=ice-ufrag:(\S+)\r?$`)
	passwordLine  = regexp.MustCompile(`(?m)^a=ice-pwd:(\S+)\r?$`)
	candidateLine = regexp.MustCompile(`(?m)^a=(candidate:.*|end-of-candidates)\r?\n`)
)

// Restart begins ICE anew on a connection that goes on (RFC 9725 §4.3.3): as a
// browser does whose network has changed.
func (c *connection) Restart(ctx context.Context, patch Patch) error {
	before := c.peer.CurrentRemoteDescription()
	if before == nil {
		return fmt.Errorf("restart: the connection was never answered")
	}
	offer, err := c.peer.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
	if err != nil {
		return fmt.Errorf("make the restart: %w", err)
	}
	ufrag, password := ufragLine.FindStringSubmatch(offer.SDP), passwordLine.FindStringSubmatch(offer.SDP)
	if ufrag == nil || password == nil {
		return fmt.Errorf("make the restart: the offer has no credentials")
	}
	if err := c.peer.SetLocalDescription(offer); err != nil {
		return fmt.Errorf("make the restart: %w", err)
	}
	answer, err := patch(ctx, fmt.Sprintf("a=ice-ufrag:%s\r\na=ice-pwd:%s\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n", ufrag[1], password[1]))
	if err != nil {
		return err
	}
	ufrag, password = ufragLine.FindStringSubmatch(answer), passwordLine.FindStringSubmatch(answer)
	if ufrag == nil || password == nil {
		return fmt.Errorf("take the restart: the answer has no credentials: %q", answer)
	}
	sdp := ufragLine.ReplaceAllString(before.SDP, "a=ice-ufrag:"+ufrag[1]+"\r")
	sdp = passwordLine.ReplaceAllString(sdp, "a=ice-pwd:"+password[1]+"\r")
	if found := candidateLine.FindAllString(answer, -1); len(found) > 0 {
		sdp = candidateLine.ReplaceAllString(sdp, "")
		head, rest, _ := strings.Cut(sdp, "\r\nm=")
		first, others, more := strings.Cut(rest, "\r\nm=")
		sdp = head + "\r\nm=" + strings.TrimRight(first, "\r\n") + "\r\n" + strings.Join(found, "")
		if more {
			sdp += "m=" + others
		}
	}
	if err := c.peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}); err != nil {
		return fmt.Errorf("take the restart: %w", err)
	}
	return nil
}
