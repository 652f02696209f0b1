package summit

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MostBytes is how large a document may be; mostDocuments how many a summit
// has, and mostTogether how large they are together.
const (
	MostBytes     = 20 << 20
	mostDocuments = 200
	mostTogether  = 1 << 30
	// mostBefore is how many of them a seat has handed in before it is let in, and
	// mostBytesBefore how large those are together.
	mostBefore      = 20
	mostBytesBefore = 100 << 20
)

var mediaType = regexp.MustCompile(`^[a-z]+/[a-z0-9][a-z0-9.+-]{0,100}$`)

func (a HandIn) decide(d *decision) error {
	if !d.seat.Admitted && (a.To != ToBooths || !d.seat.prepares()) {
		return d.refuse("not-admitted")
	}
	if err := d.checkDocument(a.Document); err != nil {
		return err
	}
	side := d.handsInFor()
	if old, ok := d.s.document(a.ID, side); ok {
		switch {
		case old.Document.same(a.Document):
			return nil
		case !d.seat.Admitted && old.Seat != d.seat.ID:
			return d.refuse("not-admitted")
		}
	} else if err := d.hasRoomFor(a.Bytes); err != nil {
		return err
	}
	d.emit(DocumentHandedIn{d.stamp(), d.seat.ID, a.Document})
	return nil
}

// hasRoomFor refuses what would be too much: of a seat that nobody has vouched
// for yet, or of the summit.
func (d *decision) hasRoomFor(bytes int64) error {
	mine, together, before := 0, bytes, bytes
	for _, x := range d.s.Documents {
		together += x.Bytes
		if x.Seat == d.seat.ID {
			mine, before = mine+1, before+x.Bytes
		}
	}
	switch waits := !d.seat.Admitted; {
	case waits && mine >= mostBefore:
		return d.refuse("documents-before", "limit", strconv.Itoa(mostBefore))
	case waits && before > mostBytesBefore:
		return d.refuse("document-bytes-before", "limit", strconv.Itoa(mostBytesBefore>>20))
	case len(d.s.Documents) >= mostDocuments:
		return d.refuse("too-many-documents", "limit", strconv.Itoa(mostDocuments))
	case together > mostTogether:
		return d.refuse("too-many-bytes", "limit", strconv.Itoa(mostTogether>>20))
	}
	return nil
}

// prepares reports whether a seat that has not been admitted yet may hand in to
// the booths, as a delegation does days before: not who has been sent out.
func (x Seat) prepares() bool { return speaks(x.Role) && !x.Dismissed }

// checkDocument refuses a document that nobody could be shown.
func (d *decision) checkDocument(a Document) error {
	title := &check{}
	title.text("title", a.Title, true)
	_, known := d.s.Item(a.Item)
	switch {
	case !hashForm.MatchString(a.ID):
		return d.refuse("bad-hash")
	case len(title.faults) > 0 || !fileName(a.File) || !mediaType.MatchString(a.Type):
		return d.refuse("bad-document")
	case a.Bytes <= 0 || a.Bytes > MostBytes:
		return d.refuse("document-size", "limit", strconv.Itoa(MostBytes>>20))
	case !slices.Contains([]Purpose{"", SpeechText, Slides, TermList}, a.As):
		return d.refuse("no-such-purpose")
	case a.Item != "" && !known:
		return d.refuse("no-such-item")
	}
	switch a.To {
	case ToTable, ToBooths:
		return nil
	case ToDelegation:
		if speaks(d.seat.Role) {
			return nil
		}
	}
	return d.refuse("no-such-audience")
}

// fileName reports whether a name is one that a file can be saved under anywhere.
func fileName(s string) bool {
	return strings.TrimSpace(s) == s && s != "" && len(s) <= 255 && utf8.ValidString(s) && s[0] != '.' &&
		!strings.ContainsAny(s, `/\:*?"<>|`) && !strings.ContainsFunc(s, unseen)
}

func (a Document) same(b Document) bool {
	return a.ID == b.ID && a.File == b.File && a.Type == b.Type && a.Bytes == b.Bytes && a.To == b.To &&
		a.Item == b.Item && a.As == b.As && equalText(a.Title, b.Title)
}

func equalText(a, b Text) bool {
	if len(a) != len(b) {
		return false
	}
	for l, s := range a {
		if b[l] != s {
			return false
		}
	}
	return true
}

// handsInFor is the delegation whose documents the issuer's are: of who confers
// in it, and not of its officer.
func (d *decision) handsInFor() DelegationID {
	if speaks(d.seat.Role) {
		return d.seat.Delegation
	}
	return ""
}

func (a WithdrawDocument) decide(d *decision) error {
	for _, x := range d.s.Documents {
		own := x.Delegation == d.handsInFor() && (d.seat.Admitted || x.Seat == d.seat.ID && d.seat.prepares())
		if x.ID == a.ID && (own || d.seat.Role == Officer && x.To != ToDelegation) {
			d.emit(DocumentWithdrawn{d.stamp(), x.ID, x.Delegation})
		}
	}
	return nil
}

func (s State) document(id string, of DelegationID) (HandedIn, bool) {
	return find(s.Documents, func(x HandedIn) bool { return x.ID == id && x.Delegation == of })
}

// Reads reports whether a seat may read a document: whoever confers in the
// delegation that handed it in, and those whom it is for. Of an item, the table
// is those who attend it. Who has not been admitted reads what they have handed
// in themselves: nobody has vouched for them yet.
func (s State) Reads(id SeatID, x HandedIn) bool {
	seat, ok := s.Seat(id)
	if !ok || seat.Invitation.Revoked {
		return false
	}
	if !seat.Admitted {
		return x.Seat == id && seat.prepares()
	}
	if speaks(seat.Role) && seat.Delegation == x.Delegation {
		return true
	}
	item, one := s.Item(x.Item)
	switch x.To {
	case ToTable:
		return seat.Role != Reporter && seat.Role != PressOfficer && (!one || item.isFor(seat))
	case ToBooths:
		return seat.Role == Interpreter || staff(seat.Role)
	}
	return false
}

func (e DocumentHandedIn) apply(s *State) {
	x := HandedIn{Document: e.Document, Seat: e.Seat, At: e.At}
	if seat, ok := s.Seat(e.Seat); ok && speaks(seat.Role) {
		x.Delegation = seat.Delegation
	}
	s.Documents = append(slices.Clip(leaving(s.Documents, x.is)), x)
}

// is reports whether another document is the same one of the same delegation.
func (x HandedIn) is(y HandedIn) bool { return x.ID == y.ID && x.Delegation == y.Delegation }

func (e DocumentWithdrawn) apply(s *State) {
	s.Documents = leaving(s.Documents, HandedIn{Document: Document{ID: e.ID}, Delegation: e.Delegation}.is)
}
