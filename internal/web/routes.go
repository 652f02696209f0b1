package web

import "net/http"

// handleAll is the list of routes. Each is a row of the table in package
// access; each handler is in a file of its own.
func (s *Server) handleAll() {
	s.handle("GET /{$}", 0, s.landing)
	s.handle("GET /join", 0, s.joinPage)
	s.handle("GET /join/{$}", 0, s.joinPage) // as some mail programs write it
	s.handle("GET /s/{summit}", 0, s.publicPage)
	s.handle("GET /s/{summit}/{language}", 0, s.publicPage)
	s.handle("GET /s/{summit}/record/{file...}", 0, s.recordFile)
	s.handle("GET /s/{summit}/pictures/{digest}", 0, s.picture)
	s.handle("GET /assets/{file...}", 0, s.asset)
	s.handle("GET /ca", 0, s.authorityPage)
	s.handle("GET /ca/{file}", 0, s.authorityFile)
	s.handle("GET /healthz", 0, s.health)

	s.handle("POST /api/redeem", smallBody, s.redeem)
	s.handle("GET /api/live", 0, s.live)
	s.handle("GET /api/summits/{summit}/public", 0, s.publicView)
	s.handle("GET /api/summits/{summit}/recording", 0, s.recording)

	s.handle("POST /api/whip", sdpBody, s.publish)
	s.handle("OPTIONS /api/whip", 0, s.mediaOptions)
	s.handle("PATCH /api/whip/{session}", sdpBody, s.patchSession)
	s.handle("DELETE /api/whip/{session}", 0, s.deleteSession)
	s.handle("POST /api/whep", sdpBody, s.play)
	s.handle("OPTIONS /api/whep", 0, s.mediaOptions)
	s.handle("PATCH /api/whep/{session}", sdpBody, s.patchSession)
	s.handle("DELETE /api/whep/{session}", 0, s.deleteSession)
	s.handle("POST /api/summits/{summit}/whep", sdpBody, s.playPublic)
	s.handle("OPTIONS /api/summits/{summit}/whep", 0, s.mediaOptions)
	s.handle("PATCH /api/summits/{summit}/whep/{session}", sdpBody, s.patchSession)
	s.handle("DELETE /api/summits/{summit}/whep/{session}", 0, s.deleteSession)

	s.handle("POST /api/documents", documentBody, s.handIn)
	s.handle("GET /api/documents/{document}", 0, s.document)
	s.handle("DELETE /api/documents/{document}", 0, s.withdrawDocument)
	s.handle("GET /api/documents/{document}/terms", 0, s.terms)

	s.handle("GET /api/sender", 0, s.senderToken)
	s.handle("POST /api/rehearsal", 0, s.rehearse)
	s.handle("POST /api/linetest", sdpBody, s.testLine)
	s.handle("GET /api/linetest/{session}", 0, s.measured)
	s.handle("DELETE /api/linetest/{session}", 0, s.endTest)
	s.handle("PUT /api/linetest", smallBody, s.keepResult)
	s.handle("GET /api/linetest", 0, s.lastResult)
	s.handle("GET /api/summits/{summit}/linetests", 0, s.results)

	s.handle("GET /api/summits/{summit}/readouts/{language}", 0, s.readout)
	s.handle("PUT /api/summits/{summit}/readouts/{language}", fileBody, s.saveReadout)
	s.handle("POST /api/summits/{summit}/readouts/{language}/publish", smallBody, s.publishReadout)
	s.handle("POST /api/summits/{summit}/pictures", pictureMax, s.takePicture)
	s.handle("GET /api/summits/{summit}/pictures/{digest}", 0, s.draftPicture)
	s.handle("POST /api/summits/{summit}/advisory", smallBody, s.publishAdvisory)

	s.handle("POST /api/summits", fileBody, s.convene)
	s.handle("GET /api/summits", 0, s.list)
	s.handle("POST /api/summits/{summit}/links/{seat}", smallBody, s.reissue)
	s.handle("GET /api/summits/{summit}/export", 0, s.export)
	s.handle("GET /metrics", 0, s.metrics)

	// What remains is of another method than the address takes, or of no
	// address at all.
	for _, path := range []string{"/api/whip", "/api/whep", "/api/whip/{session}", "/api/whep/{session}",
		"/api/summits/{summit}/whep", "/api/summits/{summit}/whep/{session}", "/api/redeem"} {
		s.mux.HandleFunc(path, otherMethod)
	}
	s.mux.HandleFunc("/", s.nothingPage)
}

// allowed are the methods of the addresses whose standard asks for them
// (RFC 9725 §4).
func otherMethod(w http.ResponseWriter, r *http.Request) {
	switch r.PathValue("session") {
	case "":
		w.Header().Set("Allow", "POST, OPTIONS")
	default:
		w.Header().Set("Allow", "PATCH, DELETE")
	}
	refuse(w, http.StatusMethodNotAllowed, "method")
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("ok\n"))
}
