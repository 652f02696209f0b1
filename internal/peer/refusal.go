package peer

import "fmt"

// Codes of a [BadOffer]. Clients see them; they are stable.
const (
	CodeTooLarge          = "offer-too-large"      // the body, or its number of sections
	CodeMalformed         = "malformed-offer"      // not a session description
	CodeDuplicateMid      = "duplicate-mid"        // two sections of one name
	CodeNotBundled        = "not-bundled"          // needs more than one transport
	CodeNotSecure         = "not-secure"           // not DTLS-SRTP, or a fingerprint that cannot be checked
	CodeDTLSRole          = "wrong-dtls-role"      // the client insists on being the DTLS server
	CodeNoCredentials     = "no-ice-credentials"   // no ufrag or password, or too short
	CodeNoUsableCodec     = "no-usable-codec"      // VP8 only, for example
	CodeNothingToPublish  = "nothing-to-publish"   // no section that the seat may send
	CodeWrongSections     = "wrong-sections"       // not the sections of the template
	CodeMalformedFragment = "malformed-fragment"   // the body of a PATCH
	CodeClosed            = "connection-closed"    // a PATCH for a connection that has ended
	CodeGateClosed        = "server-is-closing"    // no new connections
	CodeNoAddress         = "no-reachable-address" // the gate has no address to offer
)

// BadOffer is the refusal of an offer or of a fragment: a code for the client
// and a sentence for the person in front of it.
type BadOffer struct {
	Code     string
	Sentence string
}

func (e *BadOffer) Error() string { return e.Sentence }

func refuse(code, format string, args ...any) *BadOffer {
	return &BadOffer{Code: code, Sentence: fmt.Sprintf(format, args...)}
}
