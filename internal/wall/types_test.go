package wall

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// checkTypes compares the JSON members of all structs that roots lead to with
// the interfaces of the same names in a TypeScript file.
func checkTypes(t *testing.T, file string, roots ...any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string][]string{}
	for _, m := range regexp.MustCompile(`(?s)export interface (\w+) \{\n(.*?)\n\}`).FindAllSubmatch(text, -1) {
		for _, f := range regexp.MustCompile(`(?m)^  readonly (\w+)(\?)?:`).FindAllSubmatch(m[2], -1) {
			theirs[string(m[1])] = append(theirs[string(m[1])], string(f[1])+string(f[2]))
		}
	}
	seen := map[string]bool{}
	var walk func(reflect.Type)
	walk = func(is reflect.Type) {
		switch is.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(is.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if is == reflect.TypeFor[time.Time]() || seen[is.Name()] {
			return
		}
		seen[is.Name()] = true
		var ours []string
		for i := range is.NumField() {
			name, rest, _ := strings.Cut(is.Field(i).Tag.Get("json"), ",")
			if strings.Contains(rest, "omit") {
				name += "?"
			}
			ours = append(ours, name)
			walk(is.Field(i).Type)
		}
		name := is.Name()
		if name == "View" {
			name = "Wall"
		}
		got := theirs[name]
		slices.Sort(ours)
		slices.Sort(got)
		if !slices.Equal(ours, got) {
			t.Errorf("%s has %v here and %v in %s", is.Name(), ours, got, file)
		}
	}
	for _, root := range roots {
		walk(reflect.TypeOf(root))
	}
}
