package journal

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// keyName names the signing key in notes.
const keyName = "liqa-journal"

// originPrefix begins a checkpoint; the summit's name follows.
const originPrefix = "liqa journal 1: "

// signer signs checkpoints with an Ed25519 key.
type signer struct {
	note.Signer
	public   string // the verifier key, in the note package's text form
	verifier note.Verifier
}

// newSigner makes a key that is known to nobody else.
func newSigner() *signer {
	s, _, err := generateSigner()
	if err != nil {
		panic(fmt.Sprintf("journal: a key made this moment is not accepted: %v", err))
	}
	return s
}

// generateSigner makes a key, and its secret text form.
func generateSigner() (*signer, string, error) {
	private, public, err := note.GenerateKey(rand.Reader, keyName)
	if err != nil {
		return nil, "", err
	}
	s, err := readSigner(private, public)
	return s, private, err
}

// readSigner reads a key from its two text forms.
func readSigner(private, public string) (*signer, error) {
	s, err := note.NewSigner(private)
	if err != nil {
		return nil, err
	}
	v, err := readKey(public)
	if err != nil {
		return nil, err
	}
	if s.Name() != v.Name() || s.KeyHash() != v.KeyHash() {
		return nil, fmt.Errorf("the secret and the public half are not of one key")
	}
	return &signer{s, public, v}, nil
}

// readKey reads a key's public half, in the one spelling that the note package
// writes.
func readKey(text string) (note.Verifier, error) {
	v, err := note.NewVerifier(text)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(text, fmt.Sprintf("%s+%08x+", keyName, v.KeyHash())) {
		return nil, fmt.Errorf("it is not a key named %s in its one spelling", keyName)
	}
	return v, nil
}

// checkpoint returns a signed note that says where a summit's history ends, in
// the shape of C2SP tlog-checkpoint: an origin, a length, a hash in base64.
func (s *signer) checkpoint(summit string, end head) ([]byte, error) {
	text := fmt.Sprintf("%s%s\n%d\n%s\n", originPrefix, summit, end.length, base64.StdEncoding.EncodeToString(end.hash[:]))
	return note.Sign(&note.Note{Text: text}, s)
}

// parseCheckpoint verifies a checkpoint's signature and reads it.
func parseCheckpoint(msg []byte, v note.Verifier) (summit string, end head, err error) {
	n, err := note.Open(msg, note.VerifierList(v))
	if err != nil {
		return "", head{}, err
	}
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return "", head{}, fmt.Errorf("a checkpoint has one signature, and this one has %d", len(n.Sigs)+len(n.UnverifiedSigs))
	}
	if _, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64); err != nil {
		return "", head{}, fmt.Errorf("its signature is not in the one spelling of base64: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return "", head{}, fmt.Errorf("a checkpoint has three lines, and this one has %d", len(lines)-1)
	}
	summit, ok := strings.CutPrefix(lines[0], originPrefix)
	if !ok || checkSummit(summit) != nil {
		return "", head{}, fmt.Errorf("a checkpoint begins with %q and a summit, not with %.80q", originPrefix, lines[0])
	}
	end.length, err = strconv.ParseUint(lines[1], 10, 53)
	if err != nil || strconv.FormatUint(end.length, 10) != lines[1] {
		return "", head{}, fmt.Errorf("%.80q is not the length of a history", lines[1])
	}
	sum, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(sum) != len(end.hash) {
		return "", head{}, fmt.Errorf("%.80q is not a hash in base64", lines[2])
	}
	copy(end.hash[:], sum)
	return summit, end, nil
}
