package peer

import (
	"slices"
	"strconv"
	"strings"
)

// maxLayers is how many sizes of one picture are taken. A client that offers
// more is answered with three of them, and sends only those (RFC 8853 §5.3.2).
const maxLayers = 3

// maxRids is how many a=rid lines of one section are remembered.
const maxRids = 16

// rid is one restricted stream that a client would send (RFC 8851 §4).
type rid struct {
	name    string
	formats []uint8 // pt=; empty: any of the section's
	width   int     // max-width=; 0: not said
}

func (s *section) addRid(value string) {
	fields := strings.Fields(value)
	if len(fields) < 2 || fields[1] != "send" || !isRid(fields[0]) || len(s.rids) >= maxRids {
		return
	}
	r := rid{name: fields[0]}
	if len(fields) > 2 {
		for p := range strings.SplitSeq(fields[2], ";") {
			switch name, v, _ := strings.Cut(p, "="); name {
			case "pt":
				for f := range strings.SplitSeq(v, ",") {
					if pt, err := strconv.ParseUint(f, 10, 7); err == nil {
						r.formats = append(r.formats, uint8(pt))
					}
				}
			case "max-width":
				r.width, _ = strconv.Atoi(v)
			}
		}
	}
	s.rids = append(s.rids, r)
}

// isRid follows RFC 8852 §3.1, and so also keeps the name fit for the answer.
func isRid(name string) bool {
	if name == "" || len(name) > 16 {
		return false
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// addSimulcast reads what the client would send: of alternatives the first,
// and what begins paused as well ("~").
func (s *section) addSimulcast(value string) {
	fields := strings.Fields(value)
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] != "send" || len(s.simulcast) > 0 {
			continue
		}
		for stream := range strings.SplitSeq(fields[i+1], ";") {
			first, _, _ := strings.Cut(stream, ",")
			first = strings.TrimPrefix(first, "~")
			if isRid(first) && len(s.simulcast) < maxRids && !slices.Contains(s.simulcast, first) {
				s.simulcast = append(s.simulcast, first)
			}
		}
	}
}

// addGroup reads which announced SSRC repairs which, and which are sizes of
// the same picture (RFC 5576 §4.2).
func (s *section) addGroup(value string) {
	fields := strings.Fields(value)
	if len(fields) < 2 || len(fields) > maxSources {
		return
	}
	var list []uint32
	for _, f := range fields[1:] {
		ssrc, err := strconv.ParseUint(f, 10, 32)
		if err != nil || ssrc == 0 {
			return
		}
		list = append(list, uint32(ssrc))
	}
	switch {
	case fields[0] == "FID" && len(list) == 2 && len(s.repairs) < maxSources:
		if s.repairs == nil {
			s.repairs = map[uint32]uint32{}
		}
		s.repairs[list[1]] = list[0]
	case fields[0] == "SIM" && len(list) <= maxLayers:
		s.alike = list
	}
}

// streams lists the announced SSRCs that are not retransmissions, in order.
func (s *section) streams() []uint32 {
	return slices.DeleteFunc(slices.Clone(s.sources), func(ssrc uint32) bool { return s.repairs[ssrc] != 0 })
}

// layers are the rids that are taken of a section whose codec is the payload
// type, in the client's order; none when it sends one size only.
func (s *section) layers(payloadType uint8) []rid {
	var list []rid
	for _, name := range s.simulcast {
		i := slices.IndexFunc(s.rids, func(r rid) bool { return r.name == name })
		if i < 0 || len(list) == maxLayers {
			continue
		}
		if f := s.rids[i].formats; len(f) == 0 || slices.Contains(f, payloadType) {
			list = append(list, s.rids[i])
		}
	}
	if len(list) == 0 || s.extensions[ridURI] == 0 {
		return nil // without the extension nobody could tell them apart
	}
	return list
}

// scales are names that say how large a picture is, smallest first.
var scales = [][]string{
	{"q", "h", "f"}, {"quarter", "half", "full"}, {"l", "m", "h"}, {"lo", "mid", "hi"}, {"low", "mid", "high"},
	{"low", "medium", "high"}, {"s", "m", "l"}, {"small", "medium", "large"},
}

// bySize puts layers in the order of their size, smallest first, as far as the
// offer tells it: by the widths it gives, by names that everybody
// understands, or else as they are listed. What comes later tells for certain.
func bySize(list []rid) []rid {
	list = slices.Clone(list)
	if !slices.ContainsFunc(list, func(r rid) bool { return r.width <= 0 }) {
		slices.SortStableFunc(list, func(a, b rid) int { return a.width - b.width })
		return list
	}
	for _, scale := range scales {
		place := func(r rid) int { return slices.Index(scale, r.name) }
		if !slices.ContainsFunc(list, func(r rid) bool { return place(r) < 0 }) {
			slices.SortFunc(list, func(a, b rid) int { return place(a) - place(b) })
			return list
		}
	}
	return list
}
