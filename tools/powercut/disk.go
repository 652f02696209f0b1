package main

import (
	"fmt"
	"math/rand/v2"
	"sync"
)

// sector is the unit in which a disk writes: it is never half written.
const sector = 512

// disk is a disk with a write cache, in memory. What was written is lost when
// the power is cut, unless a flush came after it; of what no flush came after,
// a real disk has written any part, in any order, and so does this one.
type disk struct {
	lies bool          // says that it has flushed, and has not
	off  chan struct{} // closed when the power is cut

	mu       sync.Mutex
	media    []byte // what survives
	cache    []byte // what the machine reads: media and all later writes
	unsynced []write
	flushes  int
	writes   int
	armed    bool
	still    int         // flushes that are still done before the cut
	keep     func() bool // whether a sector that was not flushed survives
	lost     int         // sectors, at the cut, that did not survive
	kept     int         // sectors, at the cut, that did
}

// write is one that no flush has followed.
type write struct {
	offset int64
	data   []byte
}

// newDisk returns a disk that holds content.
func newDisk(content []byte) *disk {
	return &disk{
		off:   make(chan struct{}),
		media: append([]byte{}, content...),
		cache: append([]byte{}, content...),
	}
}

var errOff = fmt.Errorf("the power is off")

// check refuses what a disk cannot do.
func (d *disk) check(offset int64, length int) error {
	if d.isOff() {
		return errOff
	}
	if offset < 0 || length < 0 || offset > int64(len(d.cache))-int64(length) || offset%sector != 0 || length%sector != 0 {
		return fmt.Errorf("%d bytes at %d are not whole sectors of this disk", length, offset)
	}
	return nil
}

// read fills p from offset on.
func (d *disk) read(p []byte, offset int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.check(offset, len(p)); err != nil {
		return err
	}
	copy(p, d.cache[offset:])
	return nil
}

// write writes p at offset; when through is true (FUA), to the medium itself.
func (d *disk) write(p []byte, offset int64, through bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.check(offset, len(p)); err != nil {
		return err
	}
	d.writes++
	copy(d.cache[offset:], p)
	if through && !d.lies {
		copy(d.media[offset:], p)
		d.supersede(offset, len(p))
		return nil
	}
	d.unsynced = append(d.unsynced, write{offset, append([]byte{}, p...)})
	return nil
}

// supersede forgets the parts of cached writes that a write through has
// overwritten, so that the older cannot later replace the newer.
func (d *disk) supersede(offset int64, length int) {
	end := offset + int64(length)
	for i := range d.unsynced {
		w := &d.unsynced[i]
		for at := max(w.offset, offset); at < min(w.offset+int64(len(w.data)), end); at++ {
			w.data[at-w.offset] = d.media[at]
		}
	}
}

// flush puts every write before it on the medium.
func (d *disk) flush() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isOff() {
		return errOff
	}
	if d.armed && d.still == 0 && len(d.unsynced) > 0 {
		d.cut()
		return errOff
	}
	d.still = max(0, d.still-1)
	d.flushes++
	if d.lies {
		return nil
	}
	for _, w := range d.unsynced {
		copy(d.media[w.offset:], w.data)
	}
	d.unsynced = nil
	return nil
}

// arm cuts the power at a flush that has something to flush, before it is
// done, though not at the first few; that is when most is at stake. Each sector
// of a write that was not flushed has been written only if keep says so.
func (d *disk) arm(flushes int, keep func() bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.armed {
		d.armed, d.still, d.keep = true, flushes, keep
	}
}

// turnOff cuts the power now, unless it is cut already.
func (d *disk) turnOff() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.isOff() {
		d.cut()
	}
}

// isOff reports whether the power is cut.
func (d *disk) isOff() bool {
	select {
	case <-d.off:
		return true
	default:
		return false
	}
}

// cut cuts the power: from now on nothing is answered. d.mu is held.
func (d *disk) cut() {
	close(d.off)
	for _, w := range d.unsynced {
		for at := 0; at < len(w.data); at += sector {
			if d.keep != nil && d.keep() {
				d.kept++
				copy(d.media[w.offset+int64(at):], w.data[at:at+sector])
			} else {
				d.lost++
			}
		}
	}
}

// restored returns the disk as it is when the power is back.
func (d *disk) restored() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := newDisk(d.media)
	next.lies = d.lies
	return next
}

// nothing keeps no write; some keeps each sector with probability p.
func nothing() bool { return false }

func some(random *rand.Rand, p float64) func() bool {
	return func() bool { return random.Float64() < p }
}
