package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"liqa/internal/newsroom"
)

// pages is the built front end, looked through once.
type pages struct {
	dist   fs.FS
	join   []byte // join.html; empty when the front end has not been built
	public newsroom.Assets
	sheet  string // name of the newsroom's own style sheet
	css    []byte
}

// readPages looks through the folder dist. A folder that is empty, as it is
// before the first build, is no error: the pages then say what to do.
func readPages(dist fs.FS) (pages, error) {
	p := pages{dist: dist}
	p.sheet, p.css = newsroom.Stylesheet()
	p.public.Stylesheets = []string{"/assets/" + p.sheet}
	var err error
	if p.join, err = fs.ReadFile(dist, "join.html"); errors.Is(err, fs.ErrNotExist) {
		return p, nil
	} else if err != nil {
		return p, fmt.Errorf("the front end cannot be read: %w", err)
	}
	text, err := fs.ReadFile(dist, ".vite/manifest.json")
	if err != nil {
		return p, fmt.Errorf("the front end cannot be read: %w", err)
	}
	var manifest map[string]chunk
	if err := json.Unmarshal(text, &manifest); err != nil {
		return p, fmt.Errorf("the front end's list of files cannot be read: %w", err)
	}
	if entry, ok := manifest["src/public.ts"]; ok {
		p.public.Scripts = append(p.public.Scripts, "/"+entry.File)
	}
	for _, sheet := range sheets(manifest, "src/public.ts", map[string]bool{}) {
		p.public.Stylesheets = append(p.public.Stylesheets, "/"+sheet)
	}
	return p, nil
}

// chunk is one entry of Vite's manifest.
type chunk struct {
	File    string   `json:"file"`
	CSS     []string `json:"css"`
	Imports []string `json:"imports"`
}

// sheets are the style sheets that an entry needs, its imports' first.
func sheets(manifest map[string]chunk, name string, seen map[string]bool) []string {
	if seen[name] {
		return nil
	}
	seen[name] = true
	var all []string
	for _, i := range manifest[name].Imports {
		all = append(all, sheets(manifest, i, seen)...)
	}
	return append(all, manifest[name].CSS...)
}

// joinPage is the page of every seat. It is the same for everybody: which seat
// it is for stands in the fragment, which the browser keeps to itself.
func (s *Server) joinPage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	if len(s.pages.join) == 0 {
		plainPage(w, http.StatusServiceUnavailable, "Liqa",
			"The screens have not been built into this program. Run “make” in its source folder and start it again.")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	http.ServeContent(w, r, "join.html", time.Time{}, bytes.NewReader(s.pages.join))
}

// asset serves a file of the front end. Its name changes with its content, so
// it may be kept for ever.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	text, err := fs.ReadFile(s.pages.dist, path.Join("assets", file))
	if file == s.pages.sheet {
		text, err = s.pages.css, nil
	}
	if err != nil || !fs.ValidPath(file) { // joined, a ".." would lead out of the folder
		s.nothingPage(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if strings.HasSuffix(file, ".css") {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
	}
	http.ServeContent(w, r, path.Base(file), time.Time{}, bytes.NewReader(text))
}

// nothingPage is what everybody gets who opens an address at which there is
// nothing, or nothing for them.
func (s *Server) nothingPage(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/api/") || r.Method != http.MethodGet && r.Method != http.MethodHead {
		nothing(w, r)
		return
	}
	var page bytes.Buffer
	if err := newsroom.Nothing(r.Context(), &page, preferred(r), s.pages.public.Stylesheets); err != nil {
		s.refused(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	page.WriteTo(w)
}
