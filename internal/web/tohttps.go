package web

import (
	"net"
	"net/http"
	"strings"
)

// toHTTPS sends who came over plain HTTP to the same address over HTTPS. What
// was posted is refused: it has been sent in the clear already, and a redirect
// would hide that.
func toHTTPS(port string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			refuse(w, http.StatusForbidden, "only-https")
			return
		}
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = strings.Trim(r.Host, "[]")
		}
		if port != "443" {
			host = net.JoinHostPort(host, port)
		} else if strings.Contains(host, ":") { // an IPv6 address
			host = "[" + host + "]"
		}
		target := *r.URL
		target.Scheme, target.Host = "https", host
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, target.String(), http.StatusTemporaryRedirect)
	})
}
