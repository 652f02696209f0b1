package documents

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// What a zip archive says it is, by the first entry that tells.
var inZip = []struct{ entry, kind string }{
	{"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
}

var openDocument = map[string]bool{
	"application/vnd.oasis.opendocument.text":         true,
	"application/vnd.oasis.opendocument.presentation": true,
	"application/vnd.oasis.opendocument.spreadsheet":  true,
}

// kindOf tells a document's media type by its content, of which it is told the
// beginning and whether it is text; "" when it is not one that is kept.
func kindOf(beginning []byte, isText bool, whole io.ReaderAt, size int64) string {
	switch kind := http.DetectContentType(beginning); {
	case kind == "application/pdf", kind == "image/png", kind == "image/jpeg":
		return kind
	case kind == "application/zip":
		return office(whole, size)
	case isText:
		// Whatever it would be to a browser, it is shown as text.
		return "text/plain"
	}
	return ""
}

func office(whole io.ReaderAt, size int64) string {
	archive, err := zip.NewReader(whole, size)
	if err != nil {
		return ""
	}
	kind := ""
	for _, f := range archive.File {
		if strings.HasSuffix(strings.ToLower(f.Name), "vbaproject.bin") || strings.HasPrefix(f.Name, "Basic/") {
			return "" // macros
		}
		for _, known := range inZip {
			if f.Name == known.entry {
				kind = known.kind
			}
		}
		if f.Name == "mimetype" && f.UncompressedSize64 < 100 {
			if said := read(f); openDocument[said] {
				kind = said
			}
		}
	}
	return kind
}

func read(f *zip.File) string {
	r, err := f.Open()
	if err != nil {
		return ""
	}
	defer r.Close()
	said, err := io.ReadAll(io.LimitReader(r, 100))
	if err != nil {
		return ""
	}
	return string(said)
}

// head keeps the beginning of what is written to it, as much as tells a kind.
type head struct{ bytes []byte }

func (h *head) Write(b []byte) (int, error) {
	h.bytes = append(h.bytes, b[:min(len(b), 512-len(h.bytes))]...)
	return len(b), nil
}

// text finds out whether what is written to it is text in UTF-8.
type text struct {
	rest []byte // the beginning of a character
	not  bool
}

func (t *text) Write(b []byte) (int, error) {
	n := len(b)
	t.not = t.not || bytes.IndexByte(b, 0) >= 0
	if t.not {
		return n, nil
	}
	b = append(t.rest, b...)
	last := len(b) // of it, what is whole
	for i := 1; i <= min(utf8.UTFMax, len(b)); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				last = len(b) - i
			}
			break
		}
	}
	t.not = !utf8.Valid(b[:last])
	t.rest = append([]byte(nil), b[last:]...)
	return n, nil
}

func (t *text) valid() bool { return !t.not && len(t.rest) == 0 }
