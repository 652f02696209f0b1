package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// hidden is printed wherever a secret would be by mistake.
const hidden = "(secret)"

// Secret is the 128 random bits in an invitation link. It does not print, log
// or marshal itself: only [Secret.Reveal] gives the text.
type Secret struct{ bits [16]byte }

// Lower-case base32 survives what mail programs, telephones and people do to a
// link: it has no "-" or "_" at the end to be cut off, and no case to lose.
var secretText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ErrMalformed means that a text is not a secret, a credential, a link or an
// authorization at all.
var ErrMalformed = errors.New("this is not a complete link")

// NewSecret makes a secret from the system's random source.
func NewSecret() Secret {
	var s Secret
	rand.Read(s.bits[:]) // never fails: crypto/rand ends the program instead
	return s
}

// ParseSecret reads the text of [Secret.Reveal].
func ParseSecret(text string) (Secret, error) {
	b, err := secretText.DecodeString(text)
	var s Secret
	if err != nil || len(b) != len(s.bits) {
		return Secret{}, ErrMalformed
	}
	copy(s.bits[:], b)
	return s, nil
}

// Reveal gives the secret as 26 letters and digits.
func (s Secret) Reveal() string { return secretText.EncodeToString(s.bits[:]) }

// Hash is what may be stored: the hex SHA-256 of the secret. A secret of 128
// random bits needs no salt and no slow hash.
func (s Secret) Hash() string { return hash(s.bits[:]) }

func (s Secret) Format(f fmt.State, _ rune)   { io.WriteString(f, hidden) }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Credential is the 256 random bits that a device makes for itself, and to
// which a seat is bound when its link is first opened. Like [Secret] it does
// not print itself.
type Credential struct{ bits [32]byte }

// NewCredential makes a credential, for a device that is a program of ours.
func NewCredential() Credential {
	var c Credential
	rand.Read(c.bits[:])
	return c
}

// ParseCredential reads 64 hexadecimal digits.
func ParseCredential(text string) (Credential, error) {
	var c Credential
	if len(text) != 2*len(c.bits) {
		return Credential{}, ErrMalformed
	}
	if _, err := hex.Decode(c.bits[:], []byte(text)); err != nil {
		return Credential{}, ErrMalformed
	}
	return c, nil
}

// Reveal gives the credential as 64 hexadecimal digits.
func (c Credential) Reveal() string { return hex.EncodeToString(c.bits[:]) }

// Hash is the hex SHA-256 of the credential, which is what the journal keeps.
func (c Credential) Hash() string { return hash(c.bits[:]) }

func (c Credential) Format(f fmt.State, _ rune)   { io.WriteString(f, hidden) }
func (c Credential) LogValue() slog.Value         { return slog.StringValue(hidden) }
func (c Credential) MarshalText() ([]byte, error) { return []byte(hidden), nil }

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// same compares two hashes without telling by its duration where they differ.
func same(a, b string) bool {
	return len(a) == len(b) && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
