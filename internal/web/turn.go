package web

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"liqa/internal/access"
)

// turnLife is how long a seat's credentials for the TURN server are good: a
// meeting's length. A connection that is made lives on after.
const turnLife = 12 * time.Hour

// Turn is an external TURN server.
type Turn struct {
	URLs   []string // "turn:turn.example.org:3478?transport=udp" (RFC 7065)
	Secret string   // shared with the TURN server, and shown to nobody
}

// credentials are good until a time, for a name, by the secret that the TURN
// server has too (draft-uberti-behave-turn-rest-00 §2.2).
func (t *Turn) credentials(name string, until time.Time) (user, password string) {
	user = strconv.FormatInt(until.Unix(), 10) + ":" + name
	mac := hmac.New(sha1.New, []byte(t.Secret))
	mac.Write([]byte(user))
	return user, base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// linkTurn names the TURN server to a seat that may have media (RFC 9725
// §4.6). The public is not told: a relay that anybody may use is misused.
func (s *Server) linkTurn(w http.ResponseWriter, who access.Caller) {
	if s.Turn == nil || who.Seat == "" || who.Standing.Waits() {
		return
	}
	user, password := s.Turn.credentials(string(who.Summit)+"."+string(who.Seat), s.now().Add(turnLife))
	for _, url := range s.Turn.URLs {
		w.Header().Add("Link", fmt.Sprintf(`<%s>; rel="ice-server"; username="%s"; credential="%s"; credential-type="password"`, url, user, password))
	}
	w.Header().Set("Cache-Control", "no-store")
}
