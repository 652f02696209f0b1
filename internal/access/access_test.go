package access

import (
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

var update = flag.Bool("update", false, "rewrite testdata/matrix.txt from the table")

// TestMatrix compares the table with a file that a person can read from end to
// end: what a change of a row does to every standing shows in its diff.
func TestMatrix(t *testing.T) {
	var b strings.Builder
	b.WriteString("Who may ask for what. + yes, d once admitted (waits at the door now), . no.\n\n")
	for i, who := range Standings() {
		fmt.Fprintf(&b, "%s%s\n", strings.Repeat("| ", i), who)
	}
	for _, what := range Actions() {
		for _, who := range Standings() {
			switch {
			case May(who, what):
				b.WriteString("+ ")
			case who.Waits() && May(who.Admitted(), what):
				b.WriteString("d ")
			default:
				b.WriteString(". ")
			}
		}
		b.WriteString(string(what) + "\n")
	}
	const golden = "testdata/matrix.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the table has changed; if that is meant, run go test ./internal/access -update and read the diff:\n%s", b.String())
	}
}

func TestWhatTheTableDoesNotNameIsDenied(t *testing.T) {
	for _, who := range Standings() {
		for _, what := range []Action{"GET /api/secrets", "act become-officer", "chat everybody", ""} {
			if May(who, what) {
				t.Errorf("%s may %q", who, what)
			}
		}
	}
	for _, a := range Actions() {
		if May("somebody", a) || May("", a) {
			t.Errorf("a standing that does not exist may %s", a)
		}
	}
}

// What the rules admit by themselves is what needs no admission here.
func TestNeedsAdmissionAgreesWithTheRules(t *testing.T) {
	s := summittest.Convened(t)
	for _, seat := range s.Seats {
		after := summittest.Do(t, s, summit.Server,
			summit.Redeem{Seat: seat.ID, Hash: seat.Invitation.Hash, Device: summittest.Hash("device")}, summit.Connect{Seat: seat.ID})
		after = summittest.Do(t, after, summit.Actor(seat.ID), summit.Arrive{})
		arrived, _ := after.Seat(seat.ID)
		if arrived.Admitted == NeedsAdmission(seat.Role) {
			t.Errorf("%s: admitted on arrival %v, needs admission %v", seat.Role, arrived.Admitted, NeedsAdmission(seat.Role))
		}
	}
}

func TestLinksAndAuthorizationsAreReadBack(t *testing.T) {
	l := Link{"k3v9q7", "principal-a", NewSecret()}
	text := l.Reveal("https://summit.example.org/")
	if !strings.HasPrefix(text, "https://summit.example.org/join#k3v9q7.principal-a.") {
		t.Errorf("a link reads %s", text)
	}
	if got, err := ParseLink(text); err != nil || got != l {
		t.Errorf("%v %v", got, err)
	}
	if secret := text[strings.LastIndex(text, ".")+1:]; len(secret) != 26 {
		t.Errorf("the secret has %d letters; 128 bits take 26", len(secret))
	}
	a := Authorization{"k3v9q7", "principal-a", NewCredential()}
	if got, err := ParseAuthorization(a.Reveal()); err != nil || got != a {
		t.Errorf("%v %v", got, err)
	}
	if s, c := NewSecret(), NewCredential(); s == l.Secret || c == a.Credential {
		t.Error("two secrets are the same")
	}
}

func TestMalformedLinksAreRefused(t *testing.T) {
	good := NewSecret().Reveal()
	for _, text := range []string{"", "#", "a.b", "a.b." + good + ".c", "a.b." + good[:25], "a.b." + good + "a", "a.b." + strings.ToUpper(good),
		"../etc.b." + good, "A.b." + good, ".b." + good, "a..b", strings.Repeat("a", 65) + ".b." + good, "a.b.1111111111111111111111111!"} {
		if l, err := ParseLink(text); err == nil {
			t.Errorf("%q was read as %+v", text, l)
		}
	}
	for _, text := range []string{"", "a.b.c", "a.b." + strings.Repeat("g", 64), "a.b." + strings.Repeat("a", 63), "a.b." + strings.Repeat("a", 65)} {
		if _, err := ParseAuthorization(text); err == nil {
			t.Errorf("%q was read as an authorization", text)
		}
	}
}

// However somebody prints a secret by mistake, it does not come out.
func TestSecretsDoNotPrintThemselves(t *testing.T) {
	secret, credential := NewSecret(), NewCredential()
	link := Link{"s", "p", secret}
	auth := Authorization{"s", "p", credential}
	var out strings.Builder
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("x", "secret", secret, "credential", credential, "link", link, "auth", auth)
	text := slog.New(slog.NewTextHandler(&out, nil))
	text.Info("x", "secret", secret, "credential", credential, "link", link, "auth", auth)
	for _, v := range []any{secret, credential, link, auth, &secret, &link} {
		fmt.Fprintf(&out, "%v %+v %#v %s %q %x %d", v, v, v, v, v, v, v)
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	for _, leaked := range []string{secret.Reveal(), credential.Reveal(), fmt.Sprintf("%x", secret.bits), fmt.Sprint(secret.bits),
		fmt.Sprint(credential.bits), strings.Trim(fmt.Sprint(secret.bits), "[]")} {
		if strings.Contains(out.String(), leaked) {
			t.Errorf("a secret was printed: %s", out.String())
		}
	}
}

func TestRecogniseAndKnows(t *testing.T) {
	secret, device := NewSecret(), NewCredential()
	s := summit.State{ID: "s", Seats: []summit.Seat{{ID: "p", Role: summit.Delegate,
		Invitation: summit.Invitation{Hash: secret.Hash(), Device: device.Hash(), Former: []string{hash([]byte("old"))}}}}}
	if who, ok := Recognise(s, Authorization{"s", "p", device}); !ok || who != (Caller{Standing: "waiting delegate", Summit: "s", Seat: "p"}) {
		t.Errorf("%+v %v", who, ok)
	}
	for name, a := range map[string]Authorization{
		"another device": {"s", "p", NewCredential()}, "another seat": {"s", "q", device}, "no device": {"s", "p", Credential{}},
	} {
		if who, ok := Recognise(s, a); ok || who.Standing != Anonymous {
			t.Errorf("%s: %+v", name, who)
		}
	}
	if _, ok := Recognise(summit.State{}, Authorization{"s", "p", device}); ok {
		t.Error("recognised in a summit that does not exist")
	}
	if !Knows(s, Link{"s", "p", secret}) || Knows(s, Link{"s", "p", NewSecret()}) || Knows(s, Link{"s", "q", secret}) || Knows(summit.State{}, Link{"s", "p", secret}) {
		t.Error("which links are known")
	}
	unbound := s
	unbound.Seats = []summit.Seat{{ID: "p", Invitation: summit.Invitation{Hash: secret.Hash()}}}
	if _, ok := Recognise(unbound, Authorization{"s", "p", Credential{}}); ok {
		t.Error("a seat that nobody has opened recognises an empty credential")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("https://h/join#k3v9q7.principal-a." + NewSecret().Reveal())
	f.Add("k3v9q7.principal-a." + NewCredential().Reveal())
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := ParseLink(text); err == nil {
			if again, err := ParseLink(l.Reveal("https://h")); err != nil || again != l {
				t.Errorf("%q", text)
			}
		}
		if a, err := ParseAuthorization(text); err == nil {
			if again, err := ParseAuthorization(a.Reveal()); err != nil || again != a {
				t.Errorf("%q", text)
			}
		}
	})
}
