package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// checkpoints are the second files: for each summit one signed note over the
// length and the head of what was acknowledged. The order of writing is
// entries, checkpoint, answer, each on disk before the next begins. So a
// checkpoint never says more than the history holds, unless the history was
// damaged; and every acknowledged entry is covered by one.
//
// Before a summit's first entries a checkpoint of length 0 is written, so that
// a history without a checkpoint is damage and not a crash.
type checkpoints struct {
	dir    string
	signer *signer
}

// openCheckpoints opens the folder, and makes it, with its signing key, when
// there is nothing yet.
func openCheckpoints(root string) (*checkpoints, error) {
	c := &checkpoints{dir: filepath.Join(root, "checkpoints")}
	if err := makeDir(c.dir); err != nil {
		return nil, fmt.Errorf("the checkpoints' folder cannot be made: %w", err)
	}
	private, err := os.ReadFile(c.keyFile())
	if errors.Is(err, fs.ErrNotExist) {
		return c, c.generate()
	}
	if err != nil {
		return nil, fmt.Errorf("the journal's signing key cannot be read: %w", err)
	}
	secret, public, _ := strings.Cut(strings.TrimSpace(string(private)), "\n")
	if c.signer, err = readSigner(secret, public); err != nil {
		return nil, &DamagedError{"", fmt.Sprintf("the signing key in %s cannot be used (%v)", c.keyFile(), err), restore}
	}
	return c, nil
}

// keyFile holds the signing key: a line with the secret half, and one with the
// public half.
func (c *checkpoints) keyFile() string { return filepath.Join(c.dir, "signing-key") }

// generate makes the signing key, unless there are checkpoints, which another
// key has signed.
func (c *checkpoints) generate() error {
	summits, err := c.summits()
	if err != nil {
		return err
	}
	if len(summits) > 0 {
		return &DamagedError{"", fmt.Sprintf("there are checkpoints, but the key that signed them is not in %s", c.keyFile()), restore}
	}
	s, private, err := generateSigner()
	if err != nil {
		return fmt.Errorf("a signing key cannot be made: %w", err)
	}
	if err := writeFile(c.keyFile(), []byte(private+"\n"+s.public+"\n")); err != nil {
		return fmt.Errorf("the journal's signing key cannot be written: %w", err)
	}
	c.signer = s
	return nil
}

// extension ends the name of a checkpoint's file.
const extension = ".checkpoint"

func (c *checkpoints) file(summit string) string { return filepath.Join(c.dir, summit+extension) }

// summits lists those that have a checkpoint, sorted.
func (c *checkpoints) summits() ([]string, error) {
	files, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, fmt.Errorf("the checkpoints cannot be listed: %w", err)
	}
	var summits []string
	for _, f := range files {
		if summit, ok := strings.CutSuffix(f.Name(), extension); ok && checkSummit(summit) == nil {
			summits = append(summits, summit)
		}
	}
	slices.Sort(summits)
	return summits, nil
}

// read returns a summit's checkpoint; the error is [fs.ErrNotExist] when there
// is none, and a [*DamagedError] when it is not one that this journal wrote.
func (c *checkpoints) read(summit string) (head, error) {
	msg, err := os.ReadFile(c.file(summit))
	if errors.Is(err, fs.ErrNotExist) {
		return head{}, fs.ErrNotExist
	}
	if err != nil {
		return head{}, fmt.Errorf("the checkpoint of summit %s cannot be read: %w", summit, err)
	}
	name, mark, err := parseCheckpoint(msg, c.signer.verifier)
	if err == nil && name != summit {
		err = fmt.Errorf("it is of summit %s", name)
	}
	if err != nil {
		return head{}, &DamagedError{summit, fmt.Sprintf("the checkpoint in %s is not one that this journal signed (%v)", c.file(summit), err), restore}
	}
	return mark, nil
}

// write puts a summit's checkpoint on disk.
func (c *checkpoints) write(summit string, mark head) error {
	msg, err := c.signer.checkpoint(summit, mark)
	if err == nil {
		err = writeFile(c.file(summit), msg)
	}
	if err != nil {
		return fmt.Errorf("the checkpoint of summit %s cannot be written: %w", summit, err)
	}
	return nil
}
