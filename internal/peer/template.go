package peer

import (
	"strings"

	"liqa/internal/switchboard"
)

// Section is one slot of a receiving connection: what the m-section at its
// place in the offer is for.
type Section struct {
	Slot switchboard.SlotID
	Kind switchboard.Kind
	Pair int // k for original-k and picture-k, which share one msid; else 0
}

// Template is the fixed order of a receiving connection's sections. The client
// offers exactly these, recvonly, and maps the answer's tracks to slots by
// their order.
type Template struct {
	Name     string
	Sections []Section
	anyOrder bool // a plain player's, which may put its picture first
}

// The templates. Room is for every seat in the room, Press for press seats and
// the public page, Plain for any WHEP player: the program's picture with the
// sound of one language.
var (
	Room = Template{Name: "room", Sections: sections("original-1 picture-1 original-2 picture-2 original-3 picture-3 " +
		"picture-4 picture-5 picture-6 channel partner private screen sign")}
	Press = Template{Name: "press", Sections: sections("original-1 picture-1 original-2 picture-2 channel sign")}
	Plain = Template{Name: "plain", Sections: sections("channel picture-1"), anyOrder: true}
)

// sections spells a template out: the kind and the pair follow from the name.
func sections(names string) []Section {
	var list []Section
	for name := range strings.FieldsSeq(names) {
		s := Section{Slot: switchboard.SlotID(name), Kind: switchboard.Video}
		base, number, _ := strings.Cut(name, "-")
		switch base {
		case "original", "channel", "partner", "private":
			s.Kind = switchboard.Audio
		}
		if len(number) == 1 && number[0] <= '3' && (base == "original" || base == "picture") {
			s.Pair = int(number[0] - '0')
		}
		list = append(list, s)
	}
	return list
}

// stream is the id of the media stream a slot belongs to. A browser keeps one
// sound and one picture of one stream in step (lip sync), and no others.
func (t Template) stream(s Section) string {
	switch {
	case t.anyOrder:
		return "program"
	case s.Pair > 0:
		return "pair-" + string(rune('0'+s.Pair))
	}
	return string(s.Slot)
}

// match lays the template's sections over an offer's, in the offer's order.
func (t Template) match(offered []section) ([]Section, *BadOffer) {
	if len(offered) != len(t.Sections) {
		return nil, refuse(CodeWrongSections, "A %s connection has %d sections (%s); the offer has %d.",
			t.Name, len(t.Sections), t.words(), len(offered))
	}
	order := t.Sections
	if t.anyOrder && offered[0].media != mediaName(order[0].Kind) {
		order = []Section{order[1], order[0]}
	}
	for i, want := range order {
		switch o := offered[i]; {
		case o.media != mediaName(want.Kind):
			return nil, refuse(CodeWrongSections, "Section %d of a %s connection is %s, for %s; the offer has %s there.",
				i+1, t.Name, mediaName(want.Kind), want.Slot, o.media)
		case !o.receives || o.off:
			return nil, refuse(CodeWrongSections, "Section %d, for %s, must be recvonly.", i+1, want.Slot)
		}
	}
	return order, nil
}

func (t Template) words() string {
	var names []string
	for _, s := range t.Sections {
		names = append(names, string(s.Slot))
	}
	return strings.Join(names, ", ")
}

func mediaName(k switchboard.Kind) string {
	if k == switchboard.Audio {
		return "audio"
	}
	return "video"
}
