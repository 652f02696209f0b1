package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// How much a body may hold, in bytes, by what it is.
const (
	smallBody  = 4 << 10
	sdpBody    = 256 << 10 // the longest offers of browsers are about 20 KiB
	fileBody   = 1 << 20
	pictureMax = 8<<20 + 1 // one more than the desk takes, so that it can say so
)

// bodyWithin is how long a body may take to come.
const bodyWithin = 30 * time.Second

// hasType reports whether the body is of a media type, and answers when not.
func hasType(w http.ResponseWriter, r *http.Request, want string) bool {
	got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && got == want {
		return true
	}
	w.Header().Set("Accept", want)
	refuse(w, http.StatusUnsupportedMediaType, "wrong-type")
	return false
}

// accepts reports whether a caller takes a media type; who does not say takes
// every one.
func accepts(r *http.Request, kind string) bool {
	wished := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(wished) == "" {
		return true
	}
	family, _, _ := strings.Cut(kind, "/")
	for one := range strings.SplitSeq(wished, ",") {
		got, parameters, err := mime.ParseMediaType(strings.TrimSpace(one))
		if err == nil && parameters["q"] != "0" && (got == kind || got == family+"/*" || got == "*/*") {
			return true
		}
	}
	return false
}

// readJSON reads the body into out; a member that out does not have is an
// error, as is anything after the object. An empty body is "{}".
func readJSON(r *http.Request, out any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(out)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("there is more after the object")
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return fmt.Errorf("%w: %w", errNotUnderstood, err)
}
