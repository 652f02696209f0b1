package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"

	"rsc.io/qr"
)

// authorityPage explains how to trust this server: what to install, where, on
// each system. It is served on plain HTTP too, since a machine that does not
// trust the server yet could not open it otherwise.
func (s *Server) authorityPage(w http.ResponseWriter, r *http.Request) {
	if s.Authority == nil {
		plainPage(w, http.StatusNotFound, "Liqa", "This server's certificate comes from a public authority. There is nothing to install.")
		return
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	here := (&url.URL{Scheme: "http", Host: r.Host, Path: "/ca"}).String()
	if r.TLS != nil {
		here = (&url.URL{Scheme: "https", Host: r.Host, Path: "/ca"}).String()
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	err = authorityTemplate.Execute(w, struct {
		Host, Here, Fingerprint, Expires string
		Systems                          []system
	}{host, here, s.Authority.Fingerprint(), s.Authority.Expires().Format("2006-01-02"), systems})
	if err != nil {
		s.log.Debug("the certificate page was not read to its end", "error", err)
	}
}

// authorityFile serves the root certificate in the forms that systems want,
// and the page's address as a QR code.
func (s *Server) authorityFile(w http.ResponseWriter, r *http.Request) {
	if s.Authority == nil {
		s.nothingPage(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	switch r.PathValue("file") {
	case "liqa-root.pem":
		w.Header().Set("Content-Type", "application/x-pem-file")
		w.Header().Set("Content-Disposition", `attachment; filename="liqa-root.pem"`)
		w.Write(s.Authority.PEM())
	case "liqa-root.crt":
		w.Header().Set("Content-Type", "application/x-x509-ca-cert")
		w.Write(s.Authority.DER())
	case "page.css":
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Write([]byte(authorityCSS))
	case "qr.svg":
		address := (&url.URL{Scheme: "http", Host: r.Host, Path: "/ca"}).String()
		if r.TLS != nil {
			address = (&url.URL{Scheme: "https", Host: r.Host, Path: "/ca"}).String()
		}
		picture, err := qrSVG(address)
		if err != nil {
			s.refused(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		w.Write(picture)
	default:
		s.nothingPage(w, r)
	}
}

// qrSVG draws a text as a QR code, four modules of quiet around it.
func qrSVG(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("no QR code can be made: %w", err)
	}
	var b bytes.Buffer
	size := code.Size + 8
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><rect width="%d" height="%d" fill="#fff"/><path fill="#000" d="`, size, size, size, size)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+4, y+4)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes(), nil
}

// system is how one kind of machine is told to trust a root.
type system struct {
	Name  string
	File  string
	Steps []string
}

var systems = []system{
	{"iPhone, iPad", "liqa-root.crt", []string{
		"Open this page in Safari, tap the button and allow the download.",
		"Settings → Profile Downloaded → Install.",
		"Settings → General → About → Certificate Trust Settings: switch on “Liqa local authority”. Without this step it does not work.",
	}},
	{"Android", "liqa-root.crt", []string{
		"Tap the button; the file is kept under Downloads.",
		"Settings → Security → More security settings → Install from storage → CA certificate, and choose the file.",
		"In Firefox also: Settings → About Firefox, tap the logo five times, then Secret settings → Use third party CA certificates.",
	}},
	{"Windows", "liqa-root.crt", []string{
		"Open the downloaded file and choose “Install Certificate…”, then “Current User”.",
		"Choose “Place all certificates in the following store” and there “Trusted Root Certification Authorities”.",
		"Confirm the question with Yes, after comparing the fingerprint. Restart the browser.",
	}},
	{"macOS", "liqa-root.pem", []string{
		"Open the downloaded file; Keychain Access asks where to keep it: choose “login”.",
		"Double-click “Liqa local authority” there, unfold “Trust”, and choose “Always Trust”.",
	}},
	{"Linux", "liqa-root.pem", []string{
		"Chromium: Settings → Privacy and security → Security → Manage certificates → Custom → Import.",
		"For the whole system (Debian): copy the file to /usr/local/share/ca-certificates/liqa-root.crt and run update-ca-certificates.",
	}},
	{"Firefox, on any computer", "liqa-root.pem", []string{
		"Settings → Privacy & Security → Certificates → View Certificates → Authorities → Import.",
		"Tick “Trust this CA to identify websites”.",
	}},
}

var authorityTemplate = template.Must(template.New("authority").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trust this server – Liqa</title>
<link rel="stylesheet" href="/ca/page.css">
</head>
<body>
<main>
<h1>Trust this server</h1>
<p>A browser gives camera and microphone only to a page whose certificate it trusts. This server, <strong>{{.Host}}</strong>,
made its own. Install its root certificate once on this device, then open your link.</p>
<p><img src="/ca/qr.svg" width="180" height="180" alt="QR code of this page, for a telephone or a tablet"></p>
<p>On another device, scan the code or open <code>{{.Here}}</code>.</p>
<h2>Before you install it</h2>
<p>Compare the fingerprint (SHA-256) with the one that the administrator reads to you:</p>
<p><code class="fingerprint">{{.Fingerprint}}</code></p>
<p>The certificate can vouch only for private networks and for the names of this server, for no other site. It is valid until {{.Expires}}.</p>
{{range .Systems}}<section>
<h2>{{.Name}}</h2>
<p><a class="button" href="/ca/{{.File}}" download>Download the root certificate</a></p>
<ol>{{range .Steps}}<li>{{.}}</li>{{end}}</ol>
</section>
{{end}}</main>
</body>
</html>
`))

const authorityCSS = `:root { color-scheme: light dark; font: 1.0625rem/1.55 "Noto Sans", system-ui, sans-serif; }
body { margin: 0; padding: 2rem 1.25rem 4rem; }
main { max-inline-size: 42rem; margin-inline: auto; }
h1 { font-size: 1.75rem; line-height: 1.2; }
h2 { font-size: 1.125rem; margin-block: 2rem .5rem; }
img { background: #fff; border-radius: .5rem; }
.fingerprint { overflow-wrap: anywhere; }
.button { display: inline-block; padding: .5rem 1rem; border-radius: .375rem; background: #14532d; color: #fff; text-decoration: none; }
.button:focus-visible { outline: 3px solid #f59e0b; outline-offset: 2px; }
li + li { margin-block-start: .25rem; }
`
