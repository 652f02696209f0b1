package liqa_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pkg is what `go list` says of one package of ours.
type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
}

func ours(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		// Nothing of npm's packages is ours.
		if !strings.Contains(p.Dir, "node_modules") {
			all = append(all, p)
		}
	}
}

// mayImport says, for each package, what of ours it may import, and why no
// more. A package that is not named here fails the test: decide where a new
// one belongs before writing it.
var mayImport = map[string]struct {
	of  []string
	why string
}{
	"internal/summit":            {nil, "the rules are pure; whoever reads them must not need anything else"},
	"internal/summit/summittest": {[]string{"internal/summit"}, "it makes random histories of the rules"},
	"internal/switchboard":       {nil, "the packet path knows no roles and no signalling: it obeys sets"},
	"internal/opus":              {nil, "it knows packets and samples, and not whose they are"},
	"internal/journal":           {nil, "the journal keeps bytes and proves them; what they mean is not its business"},
	"internal/locale":            {nil, "words and formats depend on nothing"},
	"internal/config":            {[]string{"internal/summit"}, "a configuration is read before anything exists; a summit's file is read into the rules' own words"},
	"internal/certificate":       {nil, "certificates are made and renewed without knowing what for"},
	"internal/preflight":         {[]string{"internal/config", "internal/certificate"}, "it looks at the machine, not at summits"},
	"internal/view/typescript":   {[]string{"internal/view", "internal/plan", "internal/summit"}, "it writes the view's types for the front end"},
	"internal/documents":         {[]string{"internal/summit"}, "a shelf keeps files; who may read them is the rules' to say"},
	"internal/plan":              {[]string{"internal/summit"}, "who may see and hear what follows from the rules alone"},
	"internal/access":            {[]string{"internal/summit"}, "who may call what follows from roles alone"},
	"internal/press":             {[]string{"internal/summit"}, "what may be published follows from the rules alone"},
	"internal/greenroom":         {[]string{"internal/summit"}, "what a line is good for follows from figures and a role; where they come from is not its business"},
	"internal/view":              {[]string{"internal/summit", "internal/plan"}, "a screen shows the rules and the plan, and has no way to more"},
	"internal/estimate":          {nil, "what a path carries follows from times and sizes alone"},
	"internal/peer":              {[]string{"internal/switchboard", "internal/estimate", "internal/peer/pipe"}, "a connection is a way in and out of the switchboard, nothing more"},
	"internal/peer/pipe":         {nil, "it carries datagrams, whoever they are for"},
	"internal/player":            {[]string{"internal/peer"}, "it is the other end of a connection, and knows of ours only the templates"},
	"internal/player/lean":       {[]string{"internal/peer/pipe"}, "it stands in for browsers beside the server that is measured, and measures nothing of ours"},
	"internal/strain":            {nil, "how much of the machine is used does not depend on what for"},
	"internal/wall":              {[]string{"internal/summit"}, "what is wrong is judged from what is seen, by whoever shows it; it can measure nothing itself"},
	"internal/recorder":          {[]string{"internal/switchboard"}, "the recorder hears what the switchboard gives it"},
	"internal/secretariat":       {[]string{"internal/summit", "internal/plan", "internal/journal"}, "it declares what it needs of the media; the server plugs it in"},
	"internal/newsroom":          {[]string{"internal/press", "internal/summit", "internal/locale", "internal/view"}, "pages are made from what the press rules let through and what the public may know"},
}

// never names what a package and everything that builds on it must not
// import, where the list of what it may is long.
var never = map[string]struct {
	of  []string
	why string
}{
	"internal/web": {[]string{"internal/switchboard", "internal/peer", "internal/recorder", "internal/journal"},
		"a handler that could reach media or journal could go round the plan"},
}

func TestImportsRunOneWay(t *testing.T) {
	for _, p := range ours(t) {
		name := strings.TrimPrefix(p.ImportPath, "liqa/")
		var mine []string
		for _, i := range p.Imports {
			if rest, ok := strings.CutPrefix(i, "liqa/"); ok {
				mine = append(mine, rest)
			}
		}
		if rule, ok := mayImport[name]; ok {
			for _, i := range mine {
				if !slices.Contains(rule.of, i) {
					t.Errorf("%s imports %s: %s", name, i, rule.why)
				}
			}
			continue
		}
		if rule, ok := never[name]; ok {
			for _, i := range mine {
				if slices.Contains(rule.of, i) {
					t.Errorf("%s imports %s: %s", name, i, rule.why)
				}
			}
			continue
		}
		if strings.HasPrefix(name, "internal/") && !strings.Contains(name, "/internal/") && !assembles(name) {
			t.Errorf("%s has no import rule; say in structure_test.go what it may import, and why no more", name)
		}
	}
}

// assembles reports whether a package puts the parts together, and so may
// import any of them.
func assembles(name string) bool {
	return slices.Contains([]string{"internal/server", "internal/attendee", "internal/cast", "internal/rehearsal"}, name)
}

var saysWhatItIsNot = regexp.MustCompile(`(?i)\b(not|never|nothing|neither|no)\b`)

// TestPackagesSayWhatTheyAre demands a doc comment of every package, in which
// it says what it is and what it is not.
func TestPackagesSayWhatTheyAre(t *testing.T) {
	for _, p := range ours(t) {
		doc := ""
		for _, f := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, f), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			doc += file.Doc.Text()
		}
		switch {
		case len(p.GoFiles) == 0: // tests only
		case doc == "":
			t.Errorf("%s has no package comment", p.ImportPath)
		case !saysWhatItIsNot.MatchString(doc):
			t.Errorf("%s: its comment does not say what the package is not:\n%s", p.ImportPath, doc)
		}
	}
}

var emptyNames = regexp.MustCompile(`(^|/)(models?|services?|utils?|types|common|helpers?|managers?|misc|shared)(/|$)`)

func TestPackageNamesAreNouns(t *testing.T) {
	for _, p := range ours(t) {
		if emptyNames.MatchString(p.ImportPath) {
			t.Errorf("%s: a package is named by its own noun", p.ImportPath)
		}
	}
}

// TestNothingRunsBesideItselfWithoutTheRaceDetector looks into the packages
// that `make test` tries without it: neither they nor their tests begin a
// goroutine.
func TestNothingRunsBesideItselfWithoutTheRaceDetector(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	listed := regexp.MustCompile(`(?m)^SEQUENTIAL := (.+)$`).FindSubmatch(makefile)
	if listed == nil {
		t.Fatal("the Makefile does not list them")
	}
	dirs, err := exec.Command("go", append([]string{"list", "-f", "{{.Dir}}"}, strings.Fields(string(listed[1]))...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range strings.Fields(string(dirs)) {
		files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
		for _, f := range files {
			file, err := parser.ParseFile(token.NewFileSet(), f, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				called, _ := n.(*ast.SelectorExpr)
				if _, begins := n.(*ast.GoStmt); begins || called != nil && called.Sel.Name == "Parallel" {
					t.Errorf("%s begins a goroutine: give its package to the race detector", f)
				}
				return true
			})
		}
	}
}
