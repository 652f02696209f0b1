package web

import (
	"html/template"
	"net/http"
)

var plain = template.Must(template.New("plain").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p>{{.Says}}</p>
</main>
</body>
</html>
`))

// plainPage answers with one sentence, in a page that needs nothing else.
func plainPage(w http.ResponseWriter, status int, title, says string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	plain.Execute(w, struct{ Title, Says string }{title, says})
}
