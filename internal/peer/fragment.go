package peer

import (
	"fmt"
	"strings"
)

// maxFragment is the largest body of a PATCH that is read.
const maxFragment = 32 << 10

// fragment is what matters of a trickle-ice-sdpfrag body (RFC 8840 §9).
type fragment struct {
	remote     credentials
	candidates int
	end        bool
}

// parseFragment reads the body of a WHIP or WHEP PATCH.
func parseFragment(body string) (fragment, *BadOffer) {
	var f fragment
	if len(body) > maxFragment {
		return f, refuse(CodeTooLarge, "The fragment has %d bytes; at most %d are read.", len(body), maxFragment)
	}
	lines := 0
	for line := range strings.Lines(body) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		if lines++; len(line) < 2 || line[1] != '=' {
			return f, refuse(CodeMalformedFragment, "Line %d of the fragment is not of the form letter=value.", lines)
		}
		key, value, _ := strings.Cut(line[2:], ":")
		if line[0] != 'a' {
			continue // m= lines and the like only say where the attributes belong
		}
		switch key {
		case "ice-ufrag":
			if f.remote.ufrag != "" && f.remote.ufrag != value {
				return f, refuse(CodeMalformedFragment, "The fragment has two ICE user name fragments.")
			}
			f.remote.ufrag = value
		case "ice-pwd":
			if f.remote.password != "" && f.remote.password != value {
				return f, refuse(CodeMalformedFragment, "The fragment has two ICE passwords.")
			}
			f.remote.password = value
		case "candidate":
			if len(strings.Fields(value)) < 8 {
				return f, refuse(CodeMalformedFragment, "A candidate of the fragment is cut short.")
			}
			f.candidates++
		case "end-of-candidates":
			f.end = true
		}
	}
	if lines == 0 {
		return f, refuse(CodeMalformedFragment, "The fragment is empty.")
	}
	if f.remote != (credentials{}) && !f.remote.valid() {
		return f, refuse(CodeMalformedFragment, "The fragment has no usable ICE user name fragment and password.")
	}
	return f, nil
}

// Patch takes a fragment: candidates that the client found after its offer
// (RFC 9725 §4.3.2), or new ICE credentials to restart with (§4.3.3). For a
// restart it returns the fragment to answer with, else "" (204 No Content); for
// the same restart again, until it has worked, the same answer.
//
// Candidates are read and left: a client is sent to where its checks come
// from, so it need not say where it is. The media go on meanwhile.
func (c *Conn) Patch(sdpfrag string) (answer string, err error) {
	f, bad := parseFragment(sdpfrag)
	if bad != nil {
		return "", bad
	}
	c.mu.Lock()
	over, known, again := c.over, f.remote == credentials{} || f.remote == c.remote, ""
	if f.remote == c.remote && c.before != (former{}) {
		again = c.restarted // the answer to the first request may have been lost on its way
	}
	c.mu.Unlock()
	switch {
	case over:
		return "", refuse(CodeClosed, "The connection has ended.")
	case known:
		return again, nil
	}
	return c.restart(f.remote)
}

// restart takes new credentials and answers with new ones (RFC 8445 §9). Those
// of before stay good until the first check with the new ones has come.
func (c *Conn) restart(remote credentials) (string, error) {
	candidates, bad := c.gate.candidates()
	if bad != nil {
		return "", bad
	}
	local := newCredentials()
	g := c.gate
	g.mu.Lock()
	if _, here := g.conns[c]; !here {
		g.mu.Unlock()
		return "", refuse(CodeClosed, "The connection has ended.")
	}
	g.byUfrag[local.ufrag] = c
	g.mu.Unlock()
	c.mu.Lock()
	stale := c.before.local.ufrag
	c.before = former{local: c.local, remote: c.remote}
	c.local, c.remote = local, remote
	over := c.over
	c.mu.Unlock()
	if stale != "" {
		g.dropUfrag(stale, c)
	}
	if over {
		g.dropUfrag(local.ufrag, c)
		return "", refuse(CodeClosed, "The connection has ended.")
	}
	answer := c.fragment(local, candidates)
	c.mu.Lock()
	if c.local == local {
		c.restarted = answer
	}
	c.mu.Unlock()
	return answer, nil
}

// fragment spells out the answer to a restart (RFC 9725 §4.3.3).
func (c *Conn) fragment(local credentials, candidates []string) string {
	var b strings.Builder
	b.WriteString("a=ice-lite\r\n")
	if len(c.mids) > 0 {
		fmt.Fprintf(&b, "a=group:BUNDLE %s\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:%s\r\n", strings.Join(c.mids, " "), c.mids[0])
	}
	fmt.Fprintf(&b, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", local.ufrag, local.password)
	for _, line := range candidates {
		fmt.Fprintf(&b, "a=candidate:%s\r\n", line)
	}
	b.WriteString("a=end-of-candidates\r\n")
	return b.String()
}
