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
	body, _, err := a.call(ctx, http.MethodPost, "/api/summits/"+a.Summit+"/pictures", http.DetectContentType(whole), whole)
	if err != nil {
		return "", err
	}
	var kept struct {
		Digest string `json:"digest"`
	}
	if err := json.Unmarshal(body, &kept); err != nil {
		return "", fmt.Errorf("the desk's answer cannot be read: %w", err)
	}
	return kept.Digest, nil
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
	body, _, err := a.call(ctx, http.MethodPost, path+"/publish", "application/json", []byte("{}"))
	if err != nil {
		return "", err
	}
	var page struct {
		Address string `json:"address"`
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return "", fmt.Errorf("the desk's answer cannot be read: %w", err)
	}
	return page.Address, nil
}

// Rehearse gives an interpreter's link into the rehearsal of their summit.
func (a *Attendee) Rehearse(ctx context.Context) (link string, err error) {
	body, _, err := a.call(ctx, http.MethodPost, "/api/rehearsal", "", nil)
	if err != nil {
		return "", err
	}
	var given struct {
		Link string `json:"link"`
	}
	if err := json.Unmarshal(body, &given); err != nil {
		return "", fmt.Errorf("the server's answer cannot be read: %w", err)
	}
	return given.Link, nil
}
