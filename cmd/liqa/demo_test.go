package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A page of another site that has the address fetched, as the source of an
// image, must not throw anybody off a seat; nor may a seat be another address.
func TestASeatIsTakenOverOnlyByWhoOpensItsAddress(t *testing.T) {
	d := &demonstration{id: "s"} // without a server: to be asked would end the test
	for what, header := range map[string][2]string{
		"another site": {"Sec-Fetch-Site", "cross-site"},
		"another port": {"Sec-Fetch-Site", "same-site"},
		"a prefetch":   {"Sec-Purpose", "prefetch"},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/demo/officer", nil)
		r.Header.Set(header[0], header[1])
		w := httptest.NewRecorder()
		if !d.takeOver(w, r) || w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", what, w.Code)
		}
	}
	if d.takeOver(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://localhost/join", nil)) {
		t.Error("another page was taken for a seat's")
	}
}
