package attendee

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"liqa/internal/press"
)

// Picture keeps a picture at the press desk and returns its digest.
func (a *Attendee) Picture(ctx context.Context, whole []byte) (digest string, err error) {
	var kept struct {
		Digest string `json:"digest"`
	}
	err = a.ask(ctx, "/api/summits/"+a.Summit+"/pictures", http.DetectContentType(whole), whole, &kept)
	return kept.Digest, err
}

// Publish saves a readout as the draft of its language and publishes it. It
// returns the page's address; a [Problem] says what stood in the way.
func (a *Attendee) Publish(ctx context.Context, r press.Readout) (address string, err error) {
	draft, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	path := "/api/summits/" + a.Summit + "/readouts/" + string(r.Language)
	if _, _, err := a.call(ctx, http.MethodPut, path, "application/json", draft); err != nil {
		return "", err
	}
	var page struct {
		Address string `json:"address"`
	}
	err = a.ask(ctx, path+"/publish", "application/json", []byte("{}"), &page)
	return page.Address, err
}

// Document fetches a document that the seat may read.
func (a *Attendee) Document(ctx context.Context, id string) ([]byte, error) {
	whole, _, err := a.call(ctx, http.MethodGet, "/api/documents/"+id, "", nil)
	return whole, err
}

// Rehearse gives an interpreter's link into the rehearsal of their summit.
func (a *Attendee) Rehearse(ctx context.Context) (link string, err error) {
	var given struct {
		Link string `json:"link"`
	}
	err = a.ask(ctx, "/api/rehearsal", "", nil, &given)
	return given.Link, err
}

// ask posts something and reads the answer.
func (a *Attendee) ask(ctx context.Context, path, mediaType string, body []byte, answer any) error {
	said, _, err := a.call(ctx, http.MethodPost, path, mediaType, body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(said, answer); err != nil {
		return fmt.Errorf("the server's answer cannot be read: %w", err)
	}
	return nil
}
