package summit

import (
	"maps"
	"slices"
	"strings"
)

func (a PublishAdvisory) decide(d *decision) error {
	reason := strings.TrimSpace(a.Reason)
	switch {
	case d.seat.Dismissed:
		return d.refuse("sent-out")
	case !hashForm.MatchString(a.Digest):
		return d.refuse("bad-hash")
	case d.s.Advisory.Digest == a.Digest:
		return nil
	case d.s.Advisory.Digest == "" && d.s.Phase == Ended:
		return d.refuse("too-late-to-announce", "at", d.at(d.s.Ended))
	case d.s.Advisory.Digest != "" && reason == "":
		return d.refuse("needs-reason")
	}
	d.emit(AdvisoryPublished{d.stamp(), a.Digest, reason})
	return nil
}

func (a PublishReadout) decide(d *decision) error {
	reason := strings.TrimSpace(a.Reason)
	before := d.s.Readouts[a.Language].Digest
	switch {
	case d.seat.Dismissed:
		return d.refuse("sent-out")
	case !hashForm.MatchString(a.Digest):
		return d.refuse("bad-hash")
	case !slices.Contains(d.s.Publication, a.Language):
		return d.refuse("no-such-edition", "language", string(a.Language))
	case d.s.Phase != Ended:
		return d.refuse("summit-not-ended")
	case before == a.Digest:
		return nil
	case before != "" && reason == "":
		return d.refuse("needs-reason")
	}
	d.emit(ReadoutPublished{d.stamp(), a.Language, a.Digest, reason})
	return nil
}

func (e AdvisoryPublished) apply(s *State) { s.Advisory = s.Advisory.next(e.Stamp, e.Digest) }

func (e ReadoutPublished) apply(s *State) {
	pages := maps.Clone(s.Readouts)
	if pages == nil {
		pages = map[Language]Publication{}
	}
	pages[e.Language] = pages[e.Language].next(e.Stamp, e.Digest)
	s.Readouts = pages
}

// next is the publication after one more document: the first one, or a
// correction, which keeps the date of the first.
func (p Publication) next(at Stamp, digest string) Publication {
	if p.Digest == "" {
		return Publication{Digest: digest, Published: at.At}
	}
	p.Digest = digest
	p.Corrected++
	return p
}
