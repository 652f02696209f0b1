package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"

	"rsc.io/qr"

	"liqa/internal/locale"
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
	lang := preferred(r)
	words := trust[lang]
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Vary", "Accept-Language")
	err = authorityTemplate.Execute(w, trustPage{
		Words: words, Lang: lang, Dir: locale.Direction(lang), Languages: locale.Supported,
		Host: host, Here: here(r), Fingerprint: s.Authority.Fingerprint(),
		Expires: locale.Date(lang, s.Authority.Expires()), Systems: words.systems(),
	})
	if err != nil {
		s.log.Debug("the certificate page was not read to its end", "error", err)
	}
}

// trustPage is what the page shows.
type trustPage struct {
	Words                            trustWords
	Lang, Dir                        string
	Languages                        []locale.Language
	Host, Here, Fingerprint, Expires string
	Systems                          []system
}

// here is the page's own address, as this caller reached it.
func here(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: r.Host, Path: "/ca"}).String()
}

// system is how one kind of machine is told to trust a root.
type system struct {
	Name  string
	File  string // telephones and Windows want the binary form
	Steps []string
}

func (t trustWords) systems() []system {
	return []system{
		{"iPhone, iPad", "liqa-root.crt", t.Apple},
		{"Android", "liqa-root.crt", t.Android},
		{"Windows", "liqa-root.crt", t.Windows},
		{"macOS", "liqa-root.pem", t.Mac},
		{"Linux", "liqa-root.pem", t.Linux},
		{t.FirefoxName, "liqa-root.pem", t.Firefox},
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
		picture, err := qrSVG(here(r))
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

var authorityTemplate = template.Must(template.New("authority").Funcs(template.FuncMap{
	"own": func(l locale.Language) string { return locale.Own(string(l)) },
}).Parse(`<!doctype html>
<html lang="{{.Lang}}" dir="{{.Dir}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Words.Title}} – Liqa</title>
<link rel="stylesheet" href="/ca/page.css">
</head>
<body>
<main>
<nav>{{range .Languages}}<a href="/ca?lang={{.}}" lang="{{.}}" hreflang="{{.}}">{{own .}}</a> {{end}}</nav>
<h1>{{.Words.Title}}</h1>
<p>{{.Words.Why}} <bdi><strong>{{.Host}}</strong></bdi>{{.Words.Made}}</p>
<p><img src="/ca/qr.svg" width="180" height="180" alt="{{.Words.CodeIs}}"></p>
<p>{{.Words.OnAnother}} <bdi><code>{{.Here}}</code></bdi></p>
<h2>{{.Words.Before}}</h2>
<p>{{.Words.Compare}}</p>
<p dir="ltr"><code class="fingerprint">{{.Fingerprint}}</code></p>
<p>{{.Words.Vouches}} <bdi>{{.Expires}}</bdi>{{if eq .Lang "zh"}}。{{else}}.{{end}}</p>
{{$download := .Words.Download}}{{range .Systems}}<section>
<h2>{{.Name}}</h2>
<p><a class="button" href="/ca/{{.File}}" download>{{$download}}</a></p>
<ol>{{range .Steps}}<li>{{.}}</li>{{end}}</ol>
</section>
{{end}}</main>
</body>
</html>
`))

const authorityCSS = `:root { color-scheme: light dark; --paper: #f5f3ee; --ink: #1b1e22; --act: #1a4a73; --on-act: #fff;
  font: 1.0625rem/1.6 "Noto Sans", "Noto Sans Arabic", "Noto Sans SC", system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --paper: #16191d; --ink: #eceae5; --act: #9cc4ea; --on-act: #10202e; } }
body { margin: 0; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink); }
main { max-inline-size: 42rem; margin-inline: auto; }
nav { display: flex; flex-wrap: wrap; gap: 1rem; }
a { color: var(--act); }
h1 { font-size: 2rem; line-height: 1.2; }
h2 { font-size: 1.125rem; margin-block: 2rem .5rem; }
img { background: #fff; border-radius: .5rem; }
.fingerprint { overflow-wrap: anywhere; }
.button { display: inline-block; padding: .5rem 1rem; border-radius: .375rem; background: var(--act); color: var(--on-act); text-decoration: none; }
a:focus-visible { outline: 3px solid #b45309; outline-offset: 2px; }
li + li { margin-block-start: .25rem; }
`
