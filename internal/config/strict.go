package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// MaxFile is the most bytes either file may have.
const MaxFile = 1 << 20

// Fault is one thing wrong with a file.
type Fault struct {
	Line int    `json:"line,omitempty"` // from 1; 0 when it is about the file as a whole
	Says string `json:"says"`           // an English sentence
}

func (f Fault) String() string {
	if f.Line == 0 {
		return f.Says
	}
	return fmt.Sprintf("line %d: %s", f.Line, f.Says)
}

// Faults is everything wrong with a file, in the order of its lines.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, one := range f {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

func (f Faults) orNil() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b Fault) int { return a.Line - b.Line })
	return slices.Compact(f)
}

// decode reads one YAML document into out, strictly. It returns the document's
// top node, for those who want to name lines in later faults.
func decode(text []byte, out any) (*yaml.Node, error) {
	if len(text) > MaxFile {
		return nil, Faults{{0, fmt.Sprintf("The file has %d bytes; %d is the most that is read.", len(text), MaxFile)}}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, Faults{{0, "The file is empty."}}
	case err != nil:
		return nil, reword(err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, Faults{{0, `The file holds more than one document; remove everything from the second "---" on.`}}
	}
	top := document.Content[0]
	var faults Faults
	checkKeys(top, reflect.TypeOf(out).Elem(), "", &faults)
	if len(faults) > 0 {
		return nil, faults.orNil()
	}
	if err := top.Decode(out); err != nil {
		return nil, reword(err)
	}
	return top, nil
}

var unmarshaler = reflect.TypeFor[yaml.Unmarshaler]()

// checkKeys walks a node beside the type it will be decoded into and notes
// every key that the type does not have. The decoder's own KnownFields names
// neither the nearest key nor more than the Go type.
func checkKeys(n *yaml.Node, t reflect.Type, where string, faults *Faults) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		*faults = append(*faults, Fault{n.Line, "Anchors and aliases (& and *) are not read here; write the value out."})
		return
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		t = reflect.TypeFor[map[string]string]() // its own business, but for aliases
	}
	switch {
	case n.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for _, child := range n.Content {
			checkKeys(child, t.Elem(), where, faults)
		}
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Map:
		checkTwice(n, faults)
		for i := 1; i < len(n.Content); i += 2 {
			checkKeys(n.Content[i], t.Elem(), where, faults)
		}
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Struct:
		checkTwice(n, faults)
		fields := fieldsOf(t)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if field, ok := fields[key.Value]; ok {
				checkKeys(n.Content[i+1], field, key.Value, faults)
				continue
			}
			*faults = append(*faults, Fault{key.Line, unknownKey(key.Value, where, fields)})
		}
	}
}

func checkTwice(n *yaml.Node, faults *Faults) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if first, ok := seen[key.Value]; ok {
			*faults = append(*faults, Fault{key.Line, fmt.Sprintf("%q stands here and in line %d; keep one.", key.Value, first)})
		}
		seen[key.Value] = key.Line
	}
}

func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			fields[name] = field.Type
		}
	}
	return fields
}

func unknownKey(key, where string, fields map[string]reflect.Type) string {
	sentence := fmt.Sprintf("The key %q is not known here.", key)
	if where != "" {
		sentence = fmt.Sprintf("The key %q is not known under %q.", key, where)
	}
	nearest, least := "", 1+max(2, len(key)/3)
	for name := range fields {
		if d := distance(key, name); d < least || d == least && name < nearest {
			nearest, least = name, d
		}
	}
	if nearest != "" {
		return sentence + fmt.Sprintf(" Did you mean %q?", nearest)
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return sentence + " Known are: " + strings.Join(names, ", ") + "."
}

// distance is the number of letters to insert, remove, replace or swap with
// their neighbours between a and b.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			rows[i][j] = min(replaced, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

var (
	yamlLine  = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)
	yamlValue = regexp.MustCompile("cannot unmarshal !!(\\w+)(?: `(.*)`)? into (.*)")
)

// reword turns what the YAML decoder says into faults with sentences.
func reword(err error) error {
	var byType *yaml.TypeError
	if !errors.As(err, &byType) {
		var own Faults
		if errors.As(err, &own) {
			return own
		}
		return Faults{rewordOne(err.Error())}
	}
	var faults Faults
	for _, one := range byType.Errors {
		faults = append(faults, rewordOne(one))
	}
	return faults.orNil()
}

func rewordOne(text string) Fault {
	m := yamlLine.FindStringSubmatch(text)
	if m == nil {
		return Fault{0, "This is not YAML: " + text + "."}
	}
	line, _ := strconv.Atoi(m[1])
	v := yamlValue.FindStringSubmatch(m[2])
	if v == nil {
		return Fault{line, "This is not YAML: " + m[2] + "."}
	}
	found := map[string]string{"seq": "a list", "map": "a group of keys", "null": "nothing"}[v[1]]
	if found == "" {
		found = strconv.Quote(v[2])
	}
	wanted := "a group of keys"
	switch {
	case strings.HasPrefix(v[3], "[]"):
		wanted = "a list"
	case v[3] == "time.Duration":
		wanted = "a duration such as 10m or 1h30m"
	case v[3] == "time.Time":
		wanted = "a time such as 2026-12-01T10:00:00+03:00"
	case v[3] == "bool":
		wanted = "true or false"
	case strings.HasPrefix(v[3], "int"), strings.HasPrefix(v[3], "float"):
		wanted = "a number"
	case v[3] == "string":
		wanted = "a text"
	}
	return Fault{line, fmt.Sprintf("%s stands here where %s belongs.", capital(found), wanted)}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
