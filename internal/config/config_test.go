package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"liqa/internal/summit"
)

// The example is the reference: it has every key, and says what holds without
// a file.
func TestTheExampleIsTheDefault(t *testing.T) {
	text := example(t, "liqa.example.yaml")
	c, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	// What is empty in the file is nil without one, and means the same.
	want := Default()
	want.Media.Addresses, want.Certificate.Names = []string{}, []string{}
	want.Media.Turn.URLs, want.Media.Origins = []string{}, []string{}
	if d := cmp.Diff(want, c); d != "" {
		t.Errorf("the example differs from the default:\n%s", d)
	}
	var top yaml.Node
	if err := yaml.Unmarshal(text, &top); err != nil {
		t.Fatal(err)
	}
	everyKey(t, top.Content[0], reflect.TypeFor[Config](), "")
}

func everyKey(t *testing.T, n *yaml.Node, of reflect.Type, where string) {
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		value := child(n, name)
		if value == nil {
			t.Errorf("the example has no %s%s", where, name)
			continue
		}
		if field.Type.Kind() == reflect.Struct {
			everyKey(t, value, field.Type, where+name+".")
		}
	}
}

func example(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestFaultsOfTheConfiguration(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "data: x\nlisten:\n  htps: :1\n", `line 3: The key "htps" is not known under "listen". Did you mean "https"?`},
		{"unknown key at the top", "\n\ncertficate: {}\n", `line 3: The key "certficate" is not known here. Did you mean "certificate"?`},
		{"nothing like it", "zzzzzzzz: 1\n", `line 1: The key "zzzzzzzz" is not known here. Known are: address, certificate, data, limits, listen, log, media, proxy.`},
		{"twice", "data: a\ndata: b\n", `line 2: "data" stands here and in line 1; keep one.`},
		{"a list for a text", "data: [a]\n", "line 1: A list stands here where a text belongs."},
		{"a word for a number", "limits: {calls-at-once: many}\n", `line 1: "many" stands here where a number belongs.`},
		{"no YAML", "data: [\n", "line 1: This is not YAML"},
		{"empty", "", "The file is empty."},
		{"two documents", "data: a\n---\ndata: b\n", `more than one document`},
		{"an alias", "data: &x a\naddress: *x\n", "Anchors and aliases"},
		{"no port", "listen: {https: 8443}\n", `listen.https is "8443"; it must look like :8443 or 192.0.2.1:8443.`},
		{"an unknown mode", "certificate: {mode: magic}\n", `certificate.mode is "magic"; it is one of local, acme, files and proxy.`},
		{"acme without a name", "certificate: {mode: acme}\n", "needs the public name"},
		{"proxy without an address", "certificate: {mode: proxy}\n", "needs address"},
		{"files without files", "certificate: {mode: files}\n", "needs certificate.chain and certificate.key"},
		{"an address that is none", "address: summit.example.org\n", "must look like https://summit.example.org"},
		{"no limit", "limits: {calls-at-once: 0}\n", "zero or less"},
		{"a proxy that is none", "proxy: {trusted: [everybody]}\n", `"everybody"`},
		{"a level that is none", "log: {level: loud}\n", `log.level is "loud"`},
		{"too large", "data: " + strings.Repeat("x", MaxFile), "is the most that is read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.text))
			var faults Faults
			if !errors.As(err, &faults) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("says\n%v\nand not\n%s", err, c.want)
			}
		})
	}
}

func TestEveryFaultIsNamedAtOnce(t *testing.T) {
	_, err := Parse([]byte("daat: x\nlisten: {htp: 1}\nlog:\n  levle: info\n"))
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != 3 {
		t.Errorf("%d faults: %v", len(faults), err)
	}
}

func TestTheExampleSummitIsRead(t *testing.T) {
	d, err := ParseSummit(example(t, "summit.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if d.Title["ar"] == "" || len(d.Seats) != 11 || len(d.Items) != 4 || d.Items[0].Planned != 15*time.Minute {
		t.Errorf("%+v", d)
	}
	principal := d.Seats[2]
	if principal.Speaks != "ru" || principal.Hears != "ru" || d.Seats[3].Name["en"] != "Mr Belov" {
		t.Errorf("what the delegation says is not filled in: %+v", principal)
	}
	shifts := summit.Shifts{Turn: 20 * time.Minute, Order: []summit.SeatID{"interpreter-1", "interpreter-2"},
		Starts: map[summit.ItemID]summit.SeatID{"talks": "interpreter-2"}}
	if d.Remind != 25*time.Minute || !reflect.DeepEqual(d.Booths[0].Shifts, shifts) {
		t.Errorf("the shifts: %v %+v", d.Remind, d.Booths[0].Shifts)
	}
	if d.Seating.Order != summit.Alphabetical || d.Delegations[0].Country["ar"] != "الدولة «أ»" {
		t.Errorf("the table: %+v %+v", d.Seating, d.Delegations[0])
	}
	if want := time.Date(2026, 12, 1, 14, 0, 0, 0, time.UTC); !principal.Invitation.Expires.Equal(want) {
		t.Errorf("the links expire at %v", principal.Invitation.Expires)
	}
	// The rules must accept what the file says.
	for i := range d.Seats {
		d.Seats[i].Invitation.Hash = fmt.Sprintf("%064x", i)
	}
	d.ID = "k3v9q7"
	before := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	if _, err := summit.Decide(summit.State{}, summit.Administrator, summit.Convene{Description: d}, before); err != nil {
		t.Errorf("the rules refuse it: %v", err)
	}
}

func TestFaultsOfASummitFile(t *testing.T) {
	whole := string(example(t, "summit.example.yaml"))
	for _, c := range []struct{ name, from, to, want string }{
		{"unknown key", "    plus-one: true", "    plus_one: true", `The key "plus_one" is not known under "seats". Did you mean "plus-one"?`},
		{"two seats of one name", "    name: Mr Belov", "    name: Mr  nasser", `Two seats have the name "Mr  nasser": this one and the one in line`},
		{"two seats of one id", "  - id: adviser-a", "  - id: officer", `Two seats have the id "officer": this one and the one in line`},
		{"a role that is none", "    role: technician", "    role: technitian", `The role "technitian" is not known; it is one of principal,`},
		{"no role", "    role: technician\n", "", "This entry has no role"},
		{"a delegation that is none", "    delegation: b\n    name: {en: Mr Lin", "    delegation: c\n    name: {en: Mr Lin", `No delegation has the id "c".`},
		{"a booth that is none", "    booth: main\n    name: Ms Petrova", "    booth: side\n    name: Ms Petrova", `No booth has the id "side".`},
		{"an id that cannot stand in a link", "  - id: reporter", "  - id: Reporter.1", `The id "Reporter.1" may only have small letters`},
		{"a seat that is called server", "  - id: reporter", "  - id: server", `A seat cannot have the id "server"`},
		{"a coverage that is none", "    coverage: open\n  - id: tete", "    coverage: opn\n  - id: tete", `The coverage "opn" is not known; it is one of open, pool, closed, sealed.`},
		{"a length that is none", "    planned: 15m", "    planned: soon", `"soon" stands here where a duration such as 10m or 1h30m belongs.`},
		{"no length", "    planned: 15m\n", "", "This item needs a planned length such as planned: 10m."},
		{"no time", "time: 2026-12-01T10:00:00+04:00\n", "", "The summit has no time"},
		{"a time that is none", "time: 2026-12-01T10:00:00+04:00", "time: tomorrow", "where a time such as 2026-12-01T10:00:00+03:00 belongs"},
		{"a zone that is none", "zone: Asia/Muscat", "zone: Asia/Nowhere", `The zone "Asia/Nowhere" is not known`},
		{"a language that is none", "publication: [ar, en]", "publication: [Arabic]", `"Arabic" is not a language; write a tag such as ar, ru, zh or en.`},
		{"a text in a language that is none", "{en: By video link,", "{English: By video link,", `"English" is not a language`},
		{"an order of seats that is none", "  order: alphabetical", "  order: by-height", `The order "by-height" is not known; it is one of listed,`},
		{"an alphabet that is none", "  language: en\n\n# Ids", "  language: English\n\n# Ids", `"English" is not a language`},
		{"a booth both ways in one language", "    outgoing: [ru, zh]\n    bidirectional", "    outgoing: [ru]\n    bidirectional", "A bidirectional booth speaks into two languages; this one names 1."},
		{"a pivot that is none", "    works-from: [ru, en]\n    pivot: ru", "    works-from: [ru, en]\n    pivot: Russian", `"Russian" is not a language`},
		{"busy channels", "busy-channels: interlock", "busy-channels: sometimes", `"sometimes" is not known; busy-channels is interlock or override.`},
		{"a reminder of nothing", "shift-reminder: 25m", "shift-reminder: 25s", "reminded of their partner after 5 minutes to 2 hours"},
		{"a turn without end", "      turn: 20m", "      turn: 20h", "A turn has 5 minutes to 2 hours"},
		{"an order with a stranger", "order: [interpreter-1, interpreter-2]", "order: [interpreter-1, interpreter-3]", `No seat "interpreter-3" works in this booth.`},
		{"an order with one twice", "order: [interpreter-1, interpreter-2]", "order: [interpreter-1, interpreter-1]", `The seat "interpreter-1" stands in the order twice.`},
		{"a start of no item", "starts: {talks: interpreter-2}", "starts: {dinner: interpreter-2}", `No item has the id "dinner".`},
		{"a key of shifts that is none", "      turn: 20m", "      turns: 20m", `The key "turns" is not known under "shifts"`},
		{"no alphabet", "  language: en\n\n# Ids", "\n# Ids", "An alphabetical order needs the language"},
		{"no seats", whole[strings.Index(whole, "seats:"):strings.Index(whole, "# The run")], "seats: []\n", "The summit has no seats."},
		{"no name", "    name: Mr Belov\n", "", `The seat "adviser-a" has no name.`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(whole, c.from, c.to, 1)
			if text == whole {
				t.Fatal("the example has changed; so must this test")
			}
			_, err := ParseSummit([]byte(text))
			var faults Faults
			if !errors.As(err, &faults) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("says\n%v\nand not\n%s", err, c.want)
			}
			if faults[0].Line == 0 && !strings.HasPrefix(c.name, "no ") {
				t.Errorf("the fault has no line: %v", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(example(f, "liqa.example.yaml"))
	f.Add(example(f, "summit.example.yaml"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("seats: [{name: {en: [x]}}]\n"))
	f.Add([]byte("? {a: b}\n: c\n"))
	f.Add([]byte("!!binary x: 1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := Parse(text); err == nil {
			if err := c.Check(); err != nil {
				t.Errorf("read, and has faults: %v", err)
			}
		} else if faults := (Faults)(nil); !errors.As(err, &faults) || len(faults) == 0 {
			t.Errorf("not a list of faults: %v", err)
		}
		d, err := ParseSummit(text)
		if err == nil && (len(d.Seats) == 0 || len(d.Items) == 0 || d.Scheduled.IsZero()) {
			t.Errorf("a summit without seats, items or time was read: %+v", d)
		}
	})
}

func TestATURNServerAndOtherPagesAreChecked(t *testing.T) {
	good := "media:\n  turn: {urls: ['turn:turn.example.org:3478?transport=udp', 'turns:[2001:db8::1]:443'], secret: x}\n  origins: ['https://studio.example.org:8443']\n"
	if _, err := Parse([]byte(good)); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{
		"media: {turn: {urls: ['turn:turn.example.org']}}",
		"media: {turn: {urls: ['https://turn.example.org'], secret: x}}",
		"media: {turn: {urls: ['turn:a>; rel=\"x\"'], secret: x}}",
		"media: {origins: ['https://studio.example.org/page']}",
		"media: {origins: ['*']}",
	} {
		if c, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%s was taken: %+v", bad, c.Media)
		}
	}
}
