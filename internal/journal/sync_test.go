//go:build linux

package journal

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSyncedBeforeAcknowledged watches, with strace, a child that appends and
// says on standard output what is acknowledged. By then everything it has
// written must be on disk: contents, and the names under which they are found.
func TestSyncedBeforeAcknowledged(t *testing.T) {
	faults, acks := traced(t, "acknowledge")
	if acks != 40 {
		t.Errorf("%d acknowledgements were seen, want 40", acks)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
}

// TestSyncedBeforeAcknowledgedSees shows that the test above would fail: the
// same child, with JetStream's usual way of syncing every two minutes.
func TestSyncedBeforeAcknowledgedSees(t *testing.T) {
	faults, acks := traced(t, "acknowledge unsynced")
	if acks != 40 || len(faults) < 40 {
		t.Fatalf("%d acknowledgements without a sync, and %d faults are seen:\n%s", acks, len(faults), strings.Join(faults, "\n"))
	}
	if !strings.Contains(faults[0], "1.blk") {
		t.Errorf("the fault is not about the block file: %s", faults[0])
	}
}

// traced runs a helper under strace, and returns what was not on disk at its
// acknowledgements, and their number.
func traced(t *testing.T, helper string) (faults []string, acks int) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is not installed: apt-get install strace")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, out := filepath.Join(t.TempDir(), "journal"), filepath.Join(t.TempDir(), "trace")
	calls := "write,writev,pwrite64,pwritev,pwritev2,ftruncate,fallocate,copy_file_range,sendfile,fsync,fdatasync,openat,mkdirat,renameat,renameat2,unlinkat"
	cmd := exec.CommandContext(t.Context(), strace, "-f", "-y", "-s", "16", "-e", "trace="+calls, "-e", "signal=none", "-o", out, self)
	cmd.Env = helperEnv(helper, dir)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("strace: %v\n%s", err, text)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d := newDisk(dir)
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		d.line(lines.Text())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return d.faults, d.acks
}

// disk is what of a journal's folder would survive a power cut, as follows
// from a trace of system calls.
type disk struct {
	root     string
	number   int               // of the line
	begun    map[string]string // thread → its unfinished call's line
	begunAt  map[string]int
	synced   map[string]bool // descriptor → opened such that each write is synced
	exists   map[string]bool
	contents map[string]int            // file → line of the last write that no sync followed
	names    map[string]map[string]int // folder → names in it that no sync followed
	blocks   int                       // writes to block files since the last acknowledgement
	points   int                       // checkpoints since then
	acks     int
	faults   []string
}

func newDisk(root string) *disk {
	return &disk{
		root: root, begun: map[string]string{}, begunAt: map[string]int{}, synced: map[string]bool{},
		exists: map[string]bool{}, contents: map[string]int{}, names: map[string]map[string]int{},
	}
}

var (
	callPattern   = regexp.MustCompile(`^(\d+) +(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?`)
	beginPattern  = regexp.MustCompile(`^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$`)
	resumePattern = regexp.MustCompile(`^(\d+) +<\.\.\. \w+ resumed>(.*)$`)
	targetPattern = regexp.MustCompile(`^(\d+)<([^>]*)>`)
	quotedPattern = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// line takes in one line of the trace. A call may be split in two, its begin
// and its end, with other threads' calls between.
func (d *disk) line(text string) {
	d.number++
	if m := beginPattern.FindStringSubmatch(text); m != nil {
		d.begun[m[1]], d.begunAt[m[1]] = strings.TrimSuffix(text, " <unfinished ...>"), d.number
		d.begin(m[2], m[3])
		return
	}
	began := d.number
	if m := resumePattern.FindStringSubmatch(text); m != nil {
		text, began = d.begun[m[1]]+m[2], d.begunAt[m[1]]
	}
	m := callPattern.FindStringSubmatch(text)
	if m == nil {
		return
	}
	if began == d.number {
		d.begin(m[2], m[3])
	}
	if !strings.HasPrefix(m[4], "-") {
		d.end(m[2], m[3], m[4], m[5], began)
	}
}

// begin is a call's begin: a write may reach the file from now on, and an
// acknowledgement its reader.
func (d *disk) begin(call, args string) {
	m := targetPattern.FindStringSubmatch(args)
	if !strings.Contains(call, "write") || m == nil {
		return
	}
	if m[1] == "1" && strings.Contains(args, `"ACKNOWLEDGED`) {
		d.acknowledged()
		return
	}
	d.wrote(m[1], m[2])
}

// wrote notes a write to a file, unless its descriptor syncs each.
func (d *disk) wrote(descriptor, file string) {
	if d.within(file) && !d.synced[descriptor] {
		d.contents[file] = d.number
	}
}

// end is a call's successful end.
func (d *disk) end(call, args, result, opened string, began int) {
	m := targetPattern.FindStringSubmatch(args)
	quoted := quotedPattern.FindAllStringSubmatch(args, -1)
	switch {
	case call == "openat":
		d.synced[result] = strings.Contains(args, "O_SYNC") || strings.Contains(args, "O_DSYNC")
		if strings.Contains(args, "O_CREAT") && d.within(opened) && !d.exists[opened] {
			d.named(opened)
		}
	case call == "mkdirat":
		d.named(quoted[0][1])
	case strings.HasPrefix(call, "renameat"):
		from, to := quoted[0][1], quoted[1][1]
		if at, dirty := d.contents[from]; dirty {
			d.contents[to] = at
		}
		delete(d.contents, from)
		delete(d.exists, from)
		d.named(to)
		if strings.HasSuffix(to, extension) {
			d.points++
		}
	case call == "unlinkat":
		delete(d.contents, quoted[0][1])
		delete(d.exists, quoted[0][1])
	case call == "fsync" || call == "fdatasync":
		d.syncs(m[2], began)
	case m != nil: // writes, truncations
		d.wrote(m[1], m[2])
		if strings.HasSuffix(m[2], ".blk") {
			d.blocks++
		}
	}
}

// named notes that a folder has a new name in it.
func (d *disk) named(path string) {
	if !d.within(path) {
		return
	}
	d.exists[path] = true
	dir := filepath.Dir(path)
	if d.names[dir] == nil {
		d.names[dir] = map[string]int{}
	}
	d.names[dir][filepath.Base(path)] = d.number
}

// syncs notes a successful sync, of what was written before it began.
func (d *disk) syncs(path string, began int) {
	if at, dirty := d.contents[path]; dirty && at < began {
		delete(d.contents, path)
	}
	for name, at := range d.names[path] {
		if at < began {
			delete(d.names[path], name)
		}
	}
}

// within reports whether a path matters: it is the journal's, and not one of
// those that it can do without: the lock, and what JetStream makes anew.
func (d *disk) within(path string) bool {
	base := filepath.Base(path)
	return strings.HasPrefix(path, d.root) && base != "lock" && !strings.HasPrefix(base, "index.db") && !strings.HasPrefix(base, "_test_")
}

// acknowledged is an acknowledgement's begin: whatever is not on disk now is a
// fault.
func (d *disk) acknowledged() {
	d.acks++
	var missing []string
	for file := range d.contents {
		missing = append(missing, "the content of "+file)
	}
	for dir, names := range d.names {
		for name := range names {
			missing = append(missing, "the name of "+filepath.Join(dir, name))
		}
	}
	if d.blocks == 0 {
		missing = append(missing, "anything in a block file (1.blk)")
	}
	if d.points == 0 {
		missing = append(missing, "a checkpoint")
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		d.faults = append(d.faults, fmt.Sprintf("acknowledgement %d, before being on disk: %s", d.acks, strings.Join(missing, ", ")))
	}
	d.blocks, d.points = 0, 0
}
