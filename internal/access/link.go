package access

import (
	"strings"

	"liqa/internal/summit"
)

// Link is one seat's invitation. Its text is
//
//	https://HOST/join#SUMMIT.SEAT.SECRET
//
// The secret stands in the fragment, which a browser sends to nobody: not in
// the request, not in Referer, and a mail scanner that opens the link asks for
// a page that is the same for everybody.
type Link struct {
	Summit summit.SummitID
	Seat   summit.SeatID
	Secret Secret
}

// Reveal gives the whole link, with its secret. Base is the server's address,
// such as "https://summit.example.org".
func (l Link) Reveal(base string) string {
	return strings.TrimSuffix(base, "/") + "/join#" + string(l.Summit) + "." + string(l.Seat) + "." + l.Secret.Reveal()
}

// ParseLink reads a link, or only what follows its "#".
func ParseLink(text string) (Link, error) {
	if _, fragment, ok := strings.Cut(text, "#"); ok {
		text = fragment
	}
	id, seat, rest, err := three(text)
	if err != nil {
		return Link{}, err
	}
	secret, err := ParseSecret(rest)
	if err != nil {
		return Link{}, err
	}
	return Link{id, seat, secret}, nil
}

// Authorization is what a device that has redeemed its link sends with every
// call: "SUMMIT.SEAT.CREDENTIAL".
type Authorization struct {
	Summit     summit.SummitID
	Seat       summit.SeatID
	Credential Credential
}

// Reveal gives the text that [ParseAuthorization] reads.
func (a Authorization) Reveal() string {
	return string(a.Summit) + "." + string(a.Seat) + "." + a.Credential.Reveal()
}

// ParseAuthorization reads "SUMMIT.SEAT.CREDENTIAL".
func ParseAuthorization(text string) (Authorization, error) {
	id, seat, rest, err := three(text)
	if err != nil {
		return Authorization{}, err
	}
	credential, err := ParseCredential(rest)
	if err != nil {
		return Authorization{}, err
	}
	return Authorization{id, seat, credential}, nil
}

func three(text string) (summit.SummitID, summit.SeatID, string, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || !IsName(parts[0]) || !IsName(parts[1]) {
		return "", "", "", ErrMalformed
	}
	return summit.SummitID(parts[0]), summit.SeatID(parts[1]), parts[2], nil
}

// IsName reports whether text can stand as an identifier in a link: 1 to 64 of
// a-z, 0-9 and "-".
func IsName(text string) bool {
	if len(text) == 0 || len(text) > 64 {
		return false
	}
	for _, r := range text {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return true
}
