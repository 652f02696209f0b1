package switchboard

import "math"

// What a receiver's line takes is dealt out here: sound has been taken off it
// already, pictures share the rest.

// picture is what there is to decide about the picture in one slot.
type picture struct {
	slot  int
	rates [maxLayers]int // bit/s of each layer; 0 for one that does not arrive
	now   int            // the layer that it has been given before; −1 for none
	// carried is the layer that is sent at present, which may be another while
	// a keyframe is on its way; −1 for none.
	carried int
	top     int // the layer that there is use for; −1 when it is not shown
	got     int // the layer that it is given; −1 for none

	first     uint8 // the higher before the lower; 0 where it is not shown
	preferred bool  // before the rest
	area      int   // on the screen; then the larger before the smaller
}

// before is the order of importance.
func (p *picture) before(q *picture) int {
	switch {
	case p.first != q.first:
		return less(p.first > q.first)
	case p.preferred != q.preferred:
		return less(p.preferred)
	case p.area != q.area:
		return less(p.area > q.area)
	}
	return p.slot - q.slot
}

func less(yes bool) int {
	if yes {
		return -1
	}
	return 1
}

// above is the next layer over one (−1 is none at all) that arrives and that
// there is use for, or −1.
func (p *picture) above(layer int) int {
	for l := layer + 1; l <= p.top && l < maxLayers; l++ {
		if p.rates[l] > 0 {
			return l
		}
	}
	return -1
}

func (p *picture) rate(layer int) int {
	if layer < 0 {
		return 0
	}
	return p.rates[layer]
}

// funds are what there is for the pictures, in bit/s.
type funds struct {
	keep  int  // for what is carried already
	rise  int  // for what would be better than now: less, so that it lasts
	grace int  // for the smallest layer of the most important picture; at least keep
	blind bool // nothing is known of the line: every picture has its smallest layer
}

// rounds say in which order the pictures are made better, each by one layer:
// the leading ones get two before the others get one.
var rounds = [...]struct{ leading bool }{{true}, {true}, {false}, {true}, {false}, {false}}

// allocate deals the funds out among pictures in the order of importance, of
// which the first so many lead, and says how much is used. Nothing is dealt out
// beyond the funds but the grace.
func allocate(list []picture, leading int, f funds) (used int) {
	for i := range list {
		list[i].got = -1
	}
	for _, round := range rounds {
		for i := range list {
			if p := &list[i]; (i < leading) == round.leading {
				used += p.raise(i == 0, used, f)
			}
		}
	}
	return used
}

// deal allocates, with every packet of pictures sent twice if that is wished
// and leaves the most important one its smallest layer at least. Where they are
// already, a little more than the funds will do for that, as for the grace.
func deal(list []picture, leading int, f funds, wished, already bool) (used int, twice bool) {
	if wished {
		for i := range list {
			list[i].cost(2, 1)
		}
		ample := f
		if !already {
			ample.grace = f.keep
		}
		if used = allocate(list, leading, ample); len(list) == 0 || list[0].got >= 0 || list[0].top < 0 {
			return used, true
		}
		for i := range list {
			list[i].cost(1, 2)
		}
	}
	return allocate(list, leading, f), false
}

// cost multiplies what each layer costs.
func (p *picture) cost(by, of int) {
	for l := range p.rates {
		p.rates[l] = p.rates[l] * by / of
	}
}

// raise gives a picture its next layer if there is enough, and says what that
// costs more than the one before.
func (p *picture) raise(mostImportant bool, used int, f funds) (cost int) {
	next := p.above(p.got)
	if next < 0 {
		return 0
	}
	limit := f.keep
	switch {
	case p.got < 0 && f.blind:
		limit = math.MaxInt
	case p.got < 0 && mostImportant:
		limit = max(f.grace, f.keep)
	case next > p.now:
		limit = min(f.rise, f.keep)
	}
	if cost = p.rate(next) - p.rate(p.got); used+cost > limit {
		return 0
	}
	p.got = next
	return cost
}

// next is what the pictures would use if the first that could be better were
// by one layer, and ideal if all were as good as there is use for.
func couldUse(list []picture, leading int) (next, ideal int) {
	used := 0
	for i := range list {
		p := &list[i]
		used += p.rate(p.got)
		best := p.got
		for l := p.above(best); l >= 0; l = p.above(best) {
			best = l
		}
		ideal += p.rate(best)
	}
	for _, lead := range [2]bool{true, false} {
		for i := range list {
			p := &list[i]
			if l := p.above(p.got); l >= 0 && (i < leading) == lead {
				return max(used+p.rate(l)-p.rate(p.got), used), ideal
			}
		}
	}
	return used, ideal
}

// sound is what a receiver's sound needs, in bit/s.
type sound struct {
	plain int // as it is
	again int // for each earlier packet that is carried along
	whole int // as it is, were none of it small
}

func (s sound) with(redundancy int) int { return s.plain + redundancy*s.again }

// redundancy says how many earlier packets each packet of sound carries along:
// one, on a line that loses much two, and fewer where the line cannot take it.
// On a line that loses much it comes before all pictures, else it leaves enough
// for the smallest.
func (s sound) redundancy(line int, lossy bool, smallest int) int {
	most := 1
	if lossy {
		most, smallest = maxRedundancy, 0
	}
	if line == 0 {
		return most
	}
	for most > 0 && s.with(most)+smallest > line/10*9 {
		most--
	}
	return most
}

// use says which layer of a source there is use for in a slot: the smallest
// that need not be drawn much larger than it is, and none above the limit. −1:
// it is not shown.
func use(sizes [maxLayers][2]int, layers int, width, height int, most uint8) (top int, byHand bool) {
	top = layers - 1
	switch {
	case width == 0 && height == 0:
		return -1, false
	case width > 0 && height > 0:
		for l := range layers {
			w, h := sizes[l][0], sizes[l][1]
			if w > 0 && h > 0 && (3*width <= 4*w || 3*height <= 4*h) {
				top = l
				break
			}
		}
	}
	limit := layers - 1
	switch most {
	case 1:
		limit = 0
	case 2:
		limit = max(0, layers-2)
	}
	if limit < top {
		return limit, true
	}
	return top, false
}
