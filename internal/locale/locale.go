// Package locale holds the words of the pages that the server renders, and how
// each language writes dates, times, durations and quotations.
//
// It knows languages and depends on nothing of ours. It does not translate
// what people wrote: their texts come in the languages they wrote them in. The
// screens of seats keep their words beside them, in the front end.
package locale

import "slices"

// Language is a BCP 47 tag, of which the primary subtag counts here.
type Language = string

// Supported lists the languages that have a catalogue, in alphabetical order
// of their tags.
var Supported = []Language{"ar", "en", "ru", "zh"}

// Nearest returns the supported language for a tag such as "ar-EG"; "en" when
// there is none.
func Nearest(tag string) Language {
	if len(tag) >= 2 && slices.Contains(Supported, tag[:2]) {
		return tag[:2]
	}
	return "en"
}

// Direction is "rtl" or "ltr", the value of HTML's dir attribute.
func Direction(tag string) string {
	switch primary(tag) {
	case "ar", "fa", "he", "ur":
		return "rtl"
	}
	return "ltr"
}

// primary is the primary subtag of a tag, whether or not it is supported.
func primary(tag string) string {
	for i := range len(tag) {
		if tag[i] == '-' || tag[i] == '_' {
			return tag[:i]
		}
	}
	return tag
}

// Own is each language's name in itself, as a reader looks for it.
func Own(tag string) string {
	if n, ok := own[primary(tag)]; ok {
		return n
	}
	return tag
}

var own = map[string]string{
	"ar": "العربية", "en": "English", "ru": "Русский", "zh": "中文",
	"fr": "Français", "es": "Español", "de": "Deutsch", "pt": "Português",
}

// Marks are the quotation marks of a language, outer ones only.
func Marks(tag string) (open, close string) {
	switch primary(tag) {
	case "ar", "ru", "fr":
		return "«", "»"
	}
	return "“", "”"
}
