package documents

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestATermListIsReadAsItIsWritten(t *testing.T) {
	want := Terms{Languages: []string{"ar", "ru"}, Terms: []Term{
		{Words: map[string]string{"ar": "تفاهم", "ru": "взаимопонимание"}},
		{Words: map[string]string{"ar": "«قمة»، مباشرة", "ru": "саммит, прямой"}, Note: "пишется с малой"},
		{Words: map[string]string{"ru": "только по-русски"}},
	}}
	for name, file := range map[string]string{
		"commas, RFC 4180":   "ar,ru,note\r\nتفاهم,взаимопонимание,\r\n«قمة»، مباشرة,\"саммит, прямой\",пишется с малой\r\n,только по-русски,\r\n",
		"semicolons":         "ar;ru;note\nتفاهم;взаимопонимание;\n«قمة»، مباشرة;саммит, прямой;пишется с малой\n;только по-русски;\n",
		"tabs and names":     "العربية\tRussian\tпримечание\nتفاهم\tвзаимопонимание\t\n«قمة»، مباشرة\tсаммит, прямой\tпишется с малой\n\tтолько по-русски\t",
		"a byte order mark":  "\ufeffar,русский,Note\nتفاهم,взаимопонимание,\n«قمة»، مباشرة,\"саммит, прямой\",пишется с малой\n,только по-русски,\n,,\n",
		"space at the edges": " ar , RU , Notes\n تفاهم,взаимопонимание ,\n«قمة»، مباشرة,\"саммит, прямой\",пишется с малой\n,только по-русски,\n",
	} {
		got, err := ReadTerms(strings.NewReader(file))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	got, err := ReadTerms(strings.NewReader("中文,en-GB,Français\n峰会,summit,sommet\n"))
	if err != nil || !reflect.DeepEqual(got.Languages, []string{"zh", "en-GB", "fr"}) {
		t.Errorf("the languages are %v, %v", got.Languages, err)
	}
}

func TestATermListIsRefusedWithTheReason(t *testing.T) {
	for _, c := range []struct{ name, file, code, param, value string }{
		{"nothing", "", "terms-none", "", ""},
		{"no terms", "ar,ru\n,\n", "terms-none", "", ""},
		{"no header", "تفاهم,взаимопонимание\n", "terms-language", "column", "1"},
		{"a language nobody knows", "ar,ru,xq\n", "terms-language", "name", "xq"},
		{"a tag without end", "ar,en" + strings.Repeat("-", mostTermBytes-100) + "\na,b\n", "terms-language", "column", "2"},
		{"a language twice", "ar,ru,Arabic\n", "terms-twice", "column", "3"},
		{"one language", "ar,note\nتفاهم,\n", "terms-one-language", "", ""},
		{"a cell too many", "ar,ru\na,b\na,b,c\n", "terms-row", "line", "3"},
		{"a quotation mark", "ar,ru\na,b\n\"a,b\n", "terms-quotes", "", ""},
		{"a quotation mark inside", "ar,ru\na,b\"c\"\n", "terms-quotes", "line", "2"},
		{"a long cell", "ar,ru\na," + strings.Repeat("ж", mostLetters+1) + "\n", "terms-cell", "line", "2"},
		{"too many terms", "ar,ru\n" + strings.Repeat("a,b\n", mostTerms+1), "terms-size", "limit", "5000"},
		{"too many bytes", strings.Repeat("a", mostTermBytes+1), "terms-size", "", ""},
		{"too many columns", strings.Repeat("ar,", mostColumns) + "ru\n", "terms-size", "", ""},
		{"another encoding", "ar,ru\n\xcf\xf0\xe8,b\n", "terms-encoding", "", ""},
	} {
		_, err := ReadTerms(strings.NewReader(c.file))
		var fault *Fault
		if !errors.As(err, &fault) || fault.Code != c.code || fault.Params[c.param] != c.value {
			t.Errorf("%s: %v", c.name, err)
		} else if strings.Contains(fault.Sentence, "{") {
			t.Errorf("%s: the sentence is not whole: %s", c.name, fault.Sentence)
		}
	}
}

func FuzzReadTerms(f *testing.F) {
	f.Add([]byte("\ufeffar;ru;note\nتفاهم;\"взаимо;понимание\";\n"))
	f.Add([]byte("中文\tEnglish\r\n峰会\tsummit\r\n"))
	f.Fuzz(func(t *testing.T, whole []byte) {
		list, err := ReadTerms(strings.NewReader(string(whole)))
		var fault *Fault
		if err != nil && !errors.As(err, &fault) {
			t.Fatalf("refused without a reason for a person: %v", err)
		}
		if err == nil && (len(list.Languages) < 2 || len(list.Terms) == 0) {
			t.Errorf("taken as a term list: %+v", list)
		}
		for _, x := range list.Terms {
			for language, word := range x.Words {
				if word == "" || !utf8.ValidString(word) || language == note {
					t.Errorf("%q in %q", word, language)
				}
			}
		}
	})
}
