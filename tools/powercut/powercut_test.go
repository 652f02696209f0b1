package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sectors is a disk's content: one letter per sector.
func sectors(letters string) (content []byte) {
	for _, l := range letters {
		content = append(content, bytes.Repeat([]byte(string(l)), sector)...)
	}
	return content
}

// letters is the reverse of sectors.
func letters(content []byte) string {
	var b strings.Builder
	for at := 0; at < len(content); at += sector {
		b.WriteByte(content[at])
	}
	return b.String()
}

// put writes letters from a sector on.
func put(t *testing.T, d *disk, at int, text string, through bool) {
	t.Helper()
	if err := d.write(sectors(text), int64(at*sector), through); err != nil {
		t.Fatal(err)
	}
}

func TestDiskLosesWhatWasNotFlushed(t *testing.T) {
	d := newDisk(sectors("......"))
	put(t, d, 0, "AB", false)
	if err := d.flush(); err != nil {
		t.Fatal(err)
	}
	put(t, d, 1, "CD", false)
	put(t, d, 4, "E", true) // through, past the cache
	all := make([]byte, 6*sector)
	if err := d.read(all, 0); err != nil || letters(all) != "ACD.E." {
		t.Fatalf("before the cut the machine reads %s, %v", letters(all), err)
	}
	d.turnOff()
	if got := letters(d.restored().media); got != "AB..E." || d.lost != 2 || d.kept != 0 {
		t.Errorf("after the cut there is %s (%d lost, %d kept)", got, d.lost, d.kept)
	}
	if err := d.read(all, 0); !errors.Is(err, errOff) {
		t.Errorf("a disk without power reads: %v", err)
	}
	if err := d.write(all, 0, true); !errors.Is(err, errOff) {
		t.Errorf("a disk without power writes: %v", err)
	}
	if err := d.flush(); !errors.Is(err, errOff) {
		t.Errorf("a disk without power flushes: %v", err)
	}
}

func TestDiskKeepsAnyPart(t *testing.T) {
	d := newDisk(sectors("...."))
	every := 0
	d.arm(0, func() bool { every++; return every%2 == 0 })
	put(t, d, 0, "ABCD", false)
	put(t, d, 0, "EFGH", false)
	if err := d.flush(); !errors.Is(err, errOff) {
		t.Fatalf("the armed cut does not come at the flush: %v", err)
	}
	if got := letters(d.media); got != ".F.H" || d.lost != 4 || d.kept != 4 {
		t.Errorf("there is %s (%d lost, %d kept)", got, d.lost, d.kept)
	}
}

func TestDiskCutsLater(t *testing.T) {
	d := newDisk(sectors(".."))
	d.arm(1, nothing)
	put(t, d, 0, "A", false)
	if err := d.flush(); err != nil {
		t.Fatal(err)
	}
	if err := d.flush(); err != nil { // there is nothing to flush
		t.Fatal(err)
	}
	put(t, d, 1, "B", false)
	if err := d.flush(); !errors.Is(err, errOff) || letters(d.media) != "A." {
		t.Errorf("there is %s, %v", letters(d.media), err)
	}
}

// TestDiskOrder: an older cached write never replaces a newer one through.
func TestDiskOrder(t *testing.T) {
	d := newDisk(sectors("..."))
	put(t, d, 0, "AAA", false)
	put(t, d, 1, "B", true)
	d.arm(0, func() bool { return true })
	d.turnOff()
	if got := letters(d.media); got != "ABA" {
		t.Errorf("there is %s", got)
	}
}

func TestDiskThatLies(t *testing.T) {
	d := newDisk(sectors(".."))
	d.lies = true
	put(t, d, 0, "A", true)
	put(t, d, 1, "B", false)
	if err := d.flush(); err != nil {
		t.Fatal(err)
	}
	d.turnOff()
	if got := letters(d.restored().media); got != ".." {
		t.Errorf("there is %s", got)
	}
}

func TestDiskRefusesParts(t *testing.T) {
	d := newDisk(sectors(".."))
	for _, c := range []struct{ offset, length int }{{1, sector}, {0, 1}, {2 * sector, sector}, {-sector, sector}, {sector, 2 * sector}} {
		if err := d.write(make([]byte, c.length), int64(c.offset), false); err == nil {
			t.Errorf("%d bytes at %d are written", c.length, c.offset)
		}
	}
}

// TestDiskServer speaks to the disk as QEMU does.
func TestDiskServer(t *testing.T) {
	d := newDisk(sectors("ABC"))
	client, server := net.Pipe()
	if err := client.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- serveDisk(server, d) }()
	send := func(values ...any) {
		t.Helper()
		for _, v := range values {
			if err := binary.Write(client, binary.BigEndian, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := func(values ...any) {
		t.Helper()
		var b bytes.Buffer
		for _, v := range values {
			if err := binary.Write(&b, binary.BigEndian, v); err != nil {
				t.Fatal(err)
			}
		}
		got := make([]byte, b.Len())
		if _, err := io.ReadFull(client, got); err != nil || !bytes.Equal(got, b.Bytes()) {
			t.Fatalf("answered %x, %v; want %x", got, err, b.Bytes())
		}
	}
	flags := uint16(hasFlags | sendFlush | sendFUA)
	want(uint64(nbdMagic), uint64(nbdOptionMagic), uint16(3))
	send(uint32(3))
	send(uint64(nbdOptionMagic), uint32(8), uint32(0)) // structured replies: not here
	want(uint64(nbdReplyMagic), uint32(8), uint32(replyUnsupported), uint32(0))
	send(uint64(nbdOptionMagic), uint32(optionGo), uint32(6), uint32(0), uint16(0))
	want(uint64(nbdReplyMagic), uint32(optionGo), uint32(replyInfo), uint32(12), uint16(infoExport), uint64(3*sector), flags)
	want(uint64(nbdReplyMagic), uint32(optionGo), uint32(replyAck), uint32(0))

	request := func(flags, kind uint16, offset, length int) {
		send(uint32(nbdRequestMagic), flags, kind, uint64(77), uint64(offset), uint32(length))
	}
	answer := func(code uint32) { t.Helper(); want(uint32(nbdSimpleMagic), code, uint64(77)) }
	request(0, commandRead, sector, sector)
	answer(0)
	want(sectors("B"))
	request(0, commandWrite, 0, sector)
	send(sectors("X"))
	answer(0)
	request(flagFUA, commandWrite, 2*sector, sector)
	send(sectors("Z"))
	answer(0)
	if got := letters(d.media); got != "ABZ" {
		t.Errorf("before a flush there is %s", got)
	}
	request(0, commandFlush, 0, 0)
	answer(0)
	if got := letters(d.media); got != "XBZ" {
		t.Errorf("after a flush there is %s", got)
	}
	request(0, commandRead, 9*sector, sector)
	answer(errorIO)
	request(0, 99, 0, 0)
	answer(errorInvalid)
	d.turnOff()
	request(0, commandFlush, 0, 0)
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("a disk without power answers: %v", err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestInitramfs(t *testing.T) {
	dir := t.TempDir()
	guest, module := filepath.Join(dir, "guest"), filepath.Join(dir, "virtio-blk.ko")
	for file, text := range map[string]string{guest: "program", module: "module"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	archive, err := initramfs(guest, []string{module})
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	last := -1
	for _, name := range []string{"dev\x00", "init\x00", "program", "modules/00-virtio_blk.ko\x00", "module", "TRAILER!!!\x00"} {
		at := bytes.Index(data[last+1:], []byte(name))
		if at < 0 {
			t.Fatalf("%q is missing, or not in order", name)
		}
		last += 1 + at
	}
	if len(data)%4 != 0 {
		t.Errorf("%d bytes are not whole words", len(data))
	}
}

func TestWitness(t *testing.T) {
	hear := func(w *witness, lines ...string) (err error) {
		w.born()
		for _, line := range lines {
			if err == nil {
				err = w.hear(line)
			}
		}
		return err
	}
	first := []string{"LAST a 0", "LAST b 0", "TOLD", "ACKNOWLEDGED a 3", "ACKNOWLEDGED b 2", "ERASED a 2", "ACKNOWLEDGED a 5"}
	for name, c := range map[string]struct {
		lines []string
		why   string
	}{
		"all there":          {[]string{"WITHHELD a 2", "LAST a 5", "LAST b 2", "TOLD"}, ""},
		"more than said":     {[]string{"WITHHELD a 2", "LAST a 6", "LAST b 9", "TOLD"}, ""},
		"one lost":           {[]string{"WITHHELD a 2", "LAST a 4", "LAST b 2", "TOLD"}, "entry 5 of summit a was acknowledged"},
		"a summit lost":      {[]string{"WITHHELD a 2", "LAST a 5", "TOLD"}, "entry 2 of summit b was acknowledged"},
		"erased and there":   {[]string{"LAST a 5", "LAST b 2", "TOLD"}, "a 2 was acknowledged as erased"},
		"something unspoken": {[]string{"Segmentation fault"}, "the machine said"},
		"half a word":        {[]string{"LAST a"}, "the machine said"},
	} {
		w := newWitness()
		if err := hear(w, first...); err != nil {
			t.Fatal(err)
		}
		err := hear(w, c.lines...)
		if (err != nil) != (c.why != "") || err != nil && !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v; want %q", name, err, c.why)
		}
	}
}

func TestListenHearsWholeLines(t *testing.T) {
	var heard []string
	listen(strings.NewReader("TOLD\r\nACKNOWLEDGED a 12\r\nACKNOWLEDGED a 1"), func(line string) { heard = append(heard, line) })
	if strings.Join(heard, "|") != "TOLD|ACKNOWLEDGED a 12" {
		t.Errorf("heard %q", heard)
	}
}
