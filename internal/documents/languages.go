package documents

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// note heads the column of a term list that is in no language.
const note = "note"

// mostTag is how long a tag may be: RFC 5646 asks for 35 letters to be read.
const mostTag = 64

var notes = map[string]bool{
	note: true, "notes": true, "comment": true, "comments": true, "remark": true, "remarks": true,
	"ملاحظة": true, "ملاحظات": true, "примечание": true, "примечания": true, "комментарий": true, "备注": true, "注释": true,
}

// languageOf is the tag of a language that is named by its tag, or by its name
// in itself or in a language of the screens; "" when it is none.
func languageOf(name string) string {
	if tag, ok := languageNames()[strings.ToLower(name)]; ok {
		return tag
	}
	if len(name) > mostTag {
		return "" // reading a tag takes the square of its length
	}
	tag, err := language.All.Parse(name)
	if base, confident := tag.Base(); err != nil || confident != language.Exact || base.String() == "und" {
		return ""
	}
	if display.English.Tags().Name(tag) == "" {
		return "" // well formed, and no language that anybody has a name for
	}
	return tag.String()
}

// languageNames are the tags by the lower-case names.
var languageNames = sync.OnceValue(func() map[string]string {
	named := map[string]string{}
	in := []display.Namer{display.Self}
	for _, d := range []*display.Dictionary{display.Arabic, display.Russian, display.Chinese, display.English} {
		in = append(in, d.Languages())
	}
	for _, base := range language.Supported.BaseLanguages() {
		tag, err := language.All.Parse(base.String()) // "zh", not "cmn"
		if err != nil {
			continue
		}
		for _, namer := range in {
			if name := namer.Name(tag); name != "" {
				named[strings.ToLower(name)] = tag.String()
			}
		}
	}
	return named
})
