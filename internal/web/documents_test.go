package web

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"

	"liqa/internal/access"
	"liqa/internal/documents"
	"liqa/internal/summit"
)

// form is a document as a browser hands it in.
func form(t *testing.T, about string, file []byte) (kind string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("about", about); err != nil {
		t.Fatal(err)
	}
	part, err := w.CreateFormFile("file", "x")
	if err != nil {
		t.Fatal(err)
	}
	part.Write(file) // into memory
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

const aboutSpeech = `{"title":{"en":"Opening speech"},"file":"speech.txt","to":"%s"}`

// handIn hands a text in and returns its id.
func (g *guest) handIn(t *testing.T, to, text string) string {
	t.Helper()
	kind, body := form(t, strings.Replace(aboutSpeech, "%s", to, 1), []byte(text))
	status, said := g.ask("POST", "/api/documents", kind, body)
	var answer struct{ ID string }
	if err := json.Unmarshal([]byte(said), &answer); status != http.StatusCreated || err != nil {
		t.Fatalf("not handed in: %d %s", status, said)
	}
	return answer.ID
}

func TestADocumentReachesThoseItIsFor(t *testing.T) {
	h := openHall(t)
	mine, _ := h.enter("principal-a")
	theirs, _ := h.enter("principal-b")
	booth, _ := h.enter("interpreter-1")
	press, _ := h.enter("reporter")
	for _, c := range []struct {
		to      string
		readers []*guest
		others  []*guest
	}{
		{"table", []*guest{mine, theirs, booth}, []*guest{press}},
		{"delegation", []*guest{mine}, []*guest{theirs, booth, press}},
		{"booths", []*guest{mine, booth}, []*guest{theirs, press}},
	} {
		id := mine.handIn(t, c.to, "for the "+c.to)
		for _, g := range c.readers {
			answer := h.send("GET", "/api/documents/"+id, "Liqa "+g.authorization(), "", nil)
			text, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil || string(text) != "for the "+c.to {
				t.Errorf("%s: %s read %d %q, %v", c.to, g.seat, answer.StatusCode, text, err)
			}
			if got := answer.Header.Get("Content-Disposition"); got != "attachment; filename=speech.txt" {
				t.Errorf("it would be shown as %q", got)
			}
			if got := answer.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "sandbox") {
				t.Errorf("it would run under %q", got)
			}
		}
		for _, g := range c.others {
			if status, said := g.ask("GET", "/api/documents/"+id, "", nil); status == http.StatusOK {
				t.Errorf("%s: %s read %q", c.to, g.seat, said)
			}
		}
		if status, _ := theirs.ask("DELETE", "/api/documents/"+id, "", nil); c.to == "delegation" && status != http.StatusNotFound {
			t.Errorf("the other side was answered %d for a document that it must not know of", status)
		}
		if status, said := mine.ask("DELETE", "/api/documents/"+id, "", nil); status != http.StatusNoContent {
			t.Errorf("%s: not withdrawn: %d %s", c.to, status, said)
		}
		if status, _ := mine.ask("GET", "/api/documents/"+id, "", nil); status != http.StatusNotFound {
			t.Errorf("%s: withdrawn, and answered %d", c.to, status)
		}
		if f, err := h.web.Documents.Open(h.id, id); err == nil {
			f.Close()
			t.Errorf("%s: the file is still there", c.to)
		}
	}
}

func TestADocumentIsRefusedInWordsAndKeepsNothing(t *testing.T) {
	h := openHall(t)
	mine, _ := h.enter("principal-a")
	good := strings.Replace(aboutSpeech, "%s", "table", 1)
	for _, c := range []struct {
		name, about string
		file        []byte
		code        string
	}{
		{"a program", good, []byte("\x7fELF\x00\x00"), "document-kind"},
		{"nothing", good, nil, "document-size"},
		{"too much", good, bytes.Repeat([]byte("a"), documents.MaxBytes+1), "document-size"},
		{"for nobody", strings.Replace(aboutSpeech, "%s", "press", 1), []byte("text"), "no-such-audience"},
		{"without a title", `{"file":"a.txt","to":"table"}`, []byte("text"), "bad-document"},
		{"a path for a name", `{"title":{"en":"x"},"file":"../a.txt","to":"table"}`, []byte("text"), "bad-document"},
		{"an unknown member", `{"title":{"en":"x"},"file":"a.txt","to":"table","public":true}`, []byte("text"), "not-understood"},
	} {
		kind, body := form(t, c.about, c.file)
		status, said := mine.ask("POST", "/api/documents", kind, body)
		if status < 400 || status >= 500 || !strings.Contains(said, `"code":"`+c.code+`"`) {
			t.Errorf("%s: %d %s", c.name, status, said)
		}
	}
	if n := len(h.state().Documents); n != 0 {
		t.Errorf("%d documents were handed in", n)
	}
	if status, _ := mine.ask("POST", "/api/documents", "application/json", []byte("{}")); status != http.StatusBadRequest {
		t.Errorf("without a form: %d", status)
	}
}

// Days before anybody is admitted, a delegation hands in to the booths; what it
// says it is, is checked while it can still be mended.
func TestTextsForTheBoothsComeDaysBefore(t *testing.T) {
	h := openHall(t)
	booth, _ := h.enter("interpreter-1")
	press, _ := h.enter("reporter")
	early := h.guest("delegate-a")
	waiting := h.guest("interpreter-2")
	about := `{"title":{"en":"Terms"},"file":"terms.csv","to":"booths","as":"terms"}`
	kind, body := form(t, about, []byte("ar,ru\nتفاهم,взаимопонимание\n"))
	status, said := early.ask("POST", "/api/documents", kind, body)
	var answer struct{ ID string }
	if err := json.Unmarshal([]byte(said), &answer); status != http.StatusCreated || err != nil {
		t.Fatalf("not handed in from the green room: %d %s", status, said)
	}
	path := "/api/documents/" + answer.ID
	want := `{"languages":["ar","ru"],"terms":[{"words":{"ar":"تفاهم","ru":"взаимопонимание"}}]}` + "\n"
	for _, g := range []*guest{booth, early} {
		if status, said := g.ask("GET", path+"/terms", "", nil); status != http.StatusOK || said != want {
			t.Errorf("%s reads %d %s", g.seat, status, said)
		}
	}
	for _, g := range []*guest{press, waiting} {
		for _, path := range []string{path, path + "/terms"} {
			if status, said := g.ask("GET", path, "", nil); status != http.StatusForbidden {
				t.Errorf("%s is answered %d %s", g.seat, status, said)
			}
		}
	}
	speech := early.handIn(t, "booths", "Ladies and gentlemen")
	if status, _ := booth.ask("GET", "/api/documents/"+speech+"/terms", "", nil); status != http.StatusNotFound {
		t.Errorf("a speech is read as a term list: %d", status)
	}
	for _, c := range []struct{ about, file, code string }{
		{about, "ar,ru\na\n", "terms-row"},
		{about, "%PDF-1.7\n", "terms-kind"},
		{strings.Replace(about, "terms\"}", "poem\"}", 1), "a,b", "no-such-purpose"},
		{strings.Replace(about, "booths", "table", 1), "ar,ru\na,b\n", "not-admitted"},
	} {
		kind, body := form(t, c.about, []byte(c.file))
		status, said := early.ask("POST", "/api/documents", kind, body)
		if status < 400 || status >= 500 || !strings.Contains(said, `"code":"`+c.code+`"`) {
			t.Errorf("%s: %d %s", c.code, status, said)
		}
	}
	if n := len(h.state().Documents); n != 2 {
		t.Errorf("%d documents are listed", n)
	}
	if status, said := early.ask("DELETE", path, "", nil); status != http.StatusNoContent {
		t.Errorf("not withdrawn: %d %s", status, said)
	}
	if f, err := h.web.Documents.Open(h.id, answer.ID); err == nil {
		f.Close()
		t.Error("withdrawn, and the file is still there")
	}
}

func TestADocumentNeedsItsFile(t *testing.T) {
	if access.May(access.Standing(summit.Principal), access.Act("hand-in")) {
		t.Error("a document could be listed without a file behind it")
	}
}

// One side withdraws what the other hands in at the same moment: whoever has it
// listed has its file.
func TestTwoSidesHaveOneFile(t *testing.T) {
	h := openHall(t)
	mine, _ := h.enter("principal-a")
	theirs, _ := h.enter("principal-b")
	id := mine.handIn(t, "delegation", "the agreed text")
	for range 20 {
		var both sync.WaitGroup
		both.Go(func() { theirs.handIn(t, "delegation", "the agreed text") })
		both.Go(func() { mine.ask("DELETE", "/api/documents/"+id, "", nil) })
		both.Wait()
		if status, said := theirs.ask("GET", "/api/documents/"+id, "", nil); status != http.StatusOK || said != "the agreed text" {
			t.Fatalf("what is handed in is answered with %d %s", status, said)
		}
		mine.handIn(t, "delegation", "the agreed text")
		theirs.ask("DELETE", "/api/documents/"+id, "", nil)
		if status, _ := mine.ask("GET", "/api/documents/"+id, "", nil); status != http.StatusOK {
			t.Fatalf("what one side withdraws is gone for the other: %d", status)
		}
	}
}
