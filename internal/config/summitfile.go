package config

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"liqa/internal/summit"
)

// Text is a text of a summit file: either one per language,
//
//	title: {en: Opening, ar: الافتتاح}
//
// or a plain one, which is in the file's own language.
type Text map[string]string

// UnmarshalYAML implements yaml.Unmarshaler.
func (t *Text) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.ScalarNode:
		*t = Text{"": n.Value}
		return nil
	case yaml.MappingNode:
		m := Text{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			if value.Kind != yaml.ScalarNode {
				return Faults{{value.Line, "A text belongs here, after the language and a colon."}}
			}
			if !isLanguage(key.Value) {
				return Faults{{key.Line, fmt.Sprintf("%q is not a language; write a tag such as ar, ru, zh or en.", key.Value)}}
			}
			m[key.Value] = value.Value
		}
		*t = m
		return nil
	}
	return Faults{{n.Line, "A text belongs here, or one for each language."}}
}

func (t Text) in(language string) summit.Text {
	if len(t) == 0 {
		return nil
	}
	out := summit.Text{}
	for l, s := range t {
		if l == "" {
			l = language
		}
		out[summit.Language(l)] = strings.TrimSpace(s)
	}
	return out
}

// instant is a time that says how far it is from UTC.
type instant struct{ time.Time }

// UnmarshalYAML implements yaml.Unmarshaler.
func (i *instant) UnmarshalYAML(n *yaml.Node) (err error) {
	if i.Time, err = time.Parse(time.RFC3339, n.Value); err != nil {
		return Faults{{n.Line, fmt.Sprintf("%q stands here where a time such as 2026-12-01T10:00:00+03:00 belongs.", n.Value)}}
	}
	return nil
}

// summitFile is a summit as a person writes it; docs/summit.example.yaml
// explains every key.
type summitFile struct {
	Language    string           `yaml:"language"`
	Title       Text             `yaml:"title"`
	Place       Text             `yaml:"place"`
	Time        instant          `yaml:"time"`
	Zone        string           `yaml:"zone"`
	Publication []string         `yaml:"publication"`
	Links       linksFile        `yaml:"links"`
	Seating     seatingFile      `yaml:"seating"`
	Busy        string           `yaml:"busy-channels"`
	Remind      time.Duration    `yaml:"shift-reminder"`
	Delegations []delegationFile `yaml:"delegations"`
	Booths      []boothFile      `yaml:"booths"`
	Seats       []seatFile       `yaml:"seats"`
	RunOfShow   []itemFile       `yaml:"run-of-show"`
}

type linksFile struct {
	Expire instant `yaml:"expire"`
}

type seatingFile struct {
	Order    string `yaml:"order"`
	Language string `yaml:"language"`
}

type delegationFile struct {
	ID      string `yaml:"id"`
	Name    Text   `yaml:"name"`
	Country Text   `yaml:"country"`
	Speaks  string `yaml:"speaks"`
}

type boothFile struct {
	ID       string   `yaml:"id"`
	Name     Text     `yaml:"name"`
	Outgoing []string `yaml:"outgoing"`

	Sign          bool     `yaml:"sign"`
	Bidirectional bool     `yaml:"bidirectional"`
	WorksFrom     []string `yaml:"works-from"`
	Pivot         string   `yaml:"pivot"`

	Shifts shiftsFile `yaml:"shifts"`
}

type shiftsFile struct {
	Turn   time.Duration     `yaml:"turn"`
	Order  []string          `yaml:"order"`
	Starts map[string]string `yaml:"starts"` // item: seat
}

type seatFile struct {
	ID         string `yaml:"id"`
	Role       string `yaml:"role"`
	Delegation string `yaml:"delegation"`
	Name       Text   `yaml:"name"`
	Function   Text   `yaml:"function"`
	Speaks     string `yaml:"speaks"`
	Hears      string `yaml:"hears"`
	Booth      string `yaml:"booth"`
	PlusOne    bool   `yaml:"plus-one"`
}

type itemFile struct {
	ID         string        `yaml:"id"`
	Title      Text          `yaml:"title"`
	Planned    time.Duration `yaml:"planned"`
	Coverage   string        `yaml:"coverage"`
	Attendance string        `yaml:"attendance"`
}

// ReadSummit reads the summit file at path.
func ReadSummit(path string) (summit.Description, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return summit.Description{}, fmt.Errorf("the summit file cannot be read: %w", err)
	}
	d, err := ParseSummit(text)
	if err != nil {
		return summit.Description{}, fmt.Errorf("the summit file %s has faults:\n%w", path, err)
	}
	return d, nil
}

// ParseSummit reads a summit file. Its error is [Faults]: everything wrong
// with the form of the file, with lines. Whether such a summit can be held is
// for the rules to say when it is convened.
func ParseSummit(text []byte) (summit.Description, error) {
	var f summitFile
	top, err := decode(text, &f)
	if err != nil {
		return summit.Description{}, err
	}
	c := &summitChecker{file: f, top: top}
	c.head()
	c.names()
	c.references()
	if err := c.faults.orNil(); err != nil {
		return summit.Description{}, err
	}
	return f.describe(), nil
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

func isLanguage(tag string) bool { return languageTag.MatchString(tag) }

func (f summitFile) language() string {
	if f.Language == "" && len(f.Publication) > 0 {
		return f.Publication[0]
	}
	return f.Language
}

func (f summitFile) describe() summit.Description {
	l := f.language()
	d := summit.Description{Title: f.Title.in(l), Place: f.Place.in(l), Scheduled: f.Time.Time, Zone: f.Zone,
		Seating: summit.Seating{Order: summit.Order(f.Seating.Order), Language: summit.Language(f.Seating.Language)},
		Lock:    summit.Lock(f.Busy), Remind: f.Remind}
	for _, p := range f.Publication {
		d.Publication = append(d.Publication, summit.Language(p))
	}
	for _, one := range f.Delegations {
		d.Delegations = append(d.Delegations, summit.Delegation{
			ID: summit.DelegationID(one.ID), Name: one.Name.in(l), Country: one.Country.in(l),
			Speaks: summit.Language(one.Speaks)})
	}
	for _, one := range f.Booths {
		b := summit.Booth{ID: summit.BoothID(one.ID), Name: one.Name.in(l),
			Sign: one.Sign, Bidirectional: one.Bidirectional, Pivot: summit.Language(one.Pivot)}
		for _, from := range one.WorksFrom {
			b.WorksFrom = append(b.WorksFrom, summit.Language(from))
		}
		for _, out := range one.Outgoing {
			b.Outgoing = append(b.Outgoing, summit.Language(out))
		}
		b.Shifts = one.Shifts.describe()
		d.Booths = append(d.Booths, b)
	}
	for _, one := range f.Seats {
		d.Seats = append(d.Seats, f.seat(one))
	}
	for _, one := range f.RunOfShow {
		item := summit.Item{ID: summit.ItemID(one.ID), Title: one.Title.in(l), Planned: one.Planned,
			Coverage: summit.Coverage(one.Coverage), Attendance: summit.Attendance(one.Attendance)}
		if item.Attendance == "" {
			item.Attendance = summit.Plenary
		}
		d.Items = append(d.Items, item)
	}
	return d
}

// seat fills in what a delegation says for all its seats: they speak and hear
// its language unless the file says otherwise.
func (f summitFile) seat(one seatFile) summit.Seat {
	l := f.language()
	s := summit.Seat{ID: summit.SeatID(one.ID), Role: summit.Role(one.Role),
		Delegation: summit.DelegationID(one.Delegation), Name: one.Name.in(l), Function: one.Function.in(l),
		Speaks: summit.Language(one.Speaks), Hears: summit.Language(one.Hears),
		Booth: summit.BoothID(one.Booth), PlusOne: one.PlusOne}
	i := slices.IndexFunc(f.Delegations, func(d delegationFile) bool { return d.ID == one.Delegation })
	if i >= 0 && s.Speaks == "" {
		s.Speaks = summit.Language(f.Delegations[i].Speaks)
	}
	if i >= 0 && s.Hears == "" {
		s.Hears = summit.Language(f.Delegations[i].Speaks)
	}
	s.Invitation.Expires = f.Links.Expire.Time
	return s
}

func (f shiftsFile) describe() summit.Shifts {
	p := summit.Shifts{Turn: f.Turn}
	for _, id := range f.Order {
		p.Order = append(p.Order, summit.SeatID(id))
	}
	for item, id := range f.Starts {
		if p.Starts == nil {
			p.Starts = map[summit.ItemID]summit.SeatID{}
		}
		p.Starts[summit.ItemID(item)] = summit.SeatID(id)
	}
	return p
}
