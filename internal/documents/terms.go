package documents

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// How large a term list may be. It is shown whole beside an interpreter's
// console, and searched while somebody speaks.
const (
	mostTermBytes = 1 << 20
	mostTerms     = 5000
	mostColumns   = 24
	mostLetters   = 300 // of one cell
)

// Terms is a term list: the same words in several languages.
type Terms struct {
	Languages []string `json:"languages"` // BCP 47 tags, in the order of the file
	Terms     []Term   `json:"terms"`
}

// Term is one row: the words by language, of which some may be missing.
type Term struct {
	Words map[string]string `json:"words"`
	Note  string            `json:"note,omitempty"`
}

// Fault is why a term list is not one, as a code with its parameters and as an
// English sentence.
type Fault struct {
	Code     string
	Params   map[string]string
	Sentence string
}

func (f *Fault) Error() string { return f.Sentence }

// ErrNotTerms refuses a term list that is no text.
var ErrNotTerms = fault("terms-kind", "A term list is a text: a spreadsheet saved as “CSV UTF-8”, with commas, semicolons or tabs. Save it so, and hand it in again.")

func fault(code, sentence string, pairs ...string) *Fault {
	f := &Fault{Code: code, Params: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Params[pairs[i]] = pairs[i+1]
		sentence = strings.ReplaceAll(sentence, "{"+pairs[i]+"}", pairs[i+1])
	}
	f.Sentence = sentence
	return f
}

// ReadTerms reads a term list: rows of cells separated by commas (RFC 4180), or
// by semicolons or tabs, as spreadsheets write them, in UTF-8 with or without a
// byte order mark. The first row names the language of each column, by its tag
// or by its name; one column may hold notes. What is wrong is a [*Fault].
func ReadTerms(from io.Reader) (Terms, error) {
	whole, err := io.ReadAll(io.LimitReader(from, mostTermBytes+1))
	if err != nil {
		return Terms{}, err
	}
	if len(whole) > mostTermBytes {
		return Terms{}, tooLong()
	}
	whole = bytes.TrimPrefix(whole, []byte("\ufeff"))
	if !utf8.Valid(whole) {
		return Terms{}, fault("terms-encoding", "The term list is not a text in UTF-8. Save it as “CSV UTF-8”, and hand it in again.")
	}
	rows := csv.NewReader(bytes.NewReader(whole))
	rows.Comma = separator(whole)
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return Terms{}, noTerms()
	} else if err != nil {
		return Terms{}, badRow(err)
	}
	columns, err := languagesOf(header)
	if err != nil {
		return Terms{}, err
	}
	list := Terms{Languages: slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return c == note })}
	for {
		row, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF) && len(list.Terms) == 0:
			return Terms{}, noTerms()
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return Terms{}, badRow(err)
		}
		term, err := termOf(columns, row)
		if err != nil {
			line, _ := rows.FieldPos(0)
			return Terms{}, fault("terms-cell", "A cell in line {line} of the term list has more than {limit} letters. Shorten it, and hand the list in again.",
				"line", strconv.Itoa(line), "limit", strconv.Itoa(mostLetters))
		}
		if len(term.Words) == 0 {
			continue
		}
		if len(list.Terms) == mostTerms {
			return Terms{}, tooLong()
		}
		list.Terms = append(list.Terms, term)
	}
}

// separator is what stands between the cells of the first row: spreadsheets
// write commas, semicolons or tabs, by the language they are set to.
func separator(whole []byte) rune {
	first, _ := bufio.NewReader(bytes.NewReader(whole)).ReadString('\n') // at its end there is nothing wrong
	best, most := ',', 0
	for _, c := range []rune{'\t', ',', ';'} {
		if n := strings.Count(first, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

// languagesOf tells the columns by the first row.
func languagesOf(header []string) ([]string, error) {
	if len(header) > mostColumns {
		return nil, tooLong()
	}
	var columns []string
	for n, cell := range header {
		cell = strings.TrimSpace(cell)
		tag := note
		if !notes[strings.ToLower(cell)] {
			tag = languageOf(cell)
		}
		if tag == "" {
			return nil, fault("terms-language", "Column {column} of the term list is headed “{name}”, which is no language. Name the language of each column in the first row, such as “ar” or “Arabic”, or head it “note”.",
				"column", strconv.Itoa(n+1), "name", shortened(cell))
		}
		if slices.Contains(columns, tag) {
			return nil, fault("terms-twice", "Column {column} of the term list is headed “{name}”, as another one is. Keep one column of each.",
				"column", strconv.Itoa(n+1), "name", shortened(cell))
		}
		columns = append(columns, tag)
	}
	languages := len(columns)
	if slices.Contains(columns, note) {
		languages--
	}
	if languages < 2 {
		return nil, fault("terms-one-language", "The term list has one language only. Its first row names two or more, separated by commas, semicolons or tabs.")
	}
	return columns, nil
}

var errLongCell = errors.New("a cell is too long")

func termOf(columns, row []string) (Term, error) {
	term := Term{Words: map[string]string{}}
	for n, cell := range row {
		cell = strings.TrimSpace(cell)
		switch {
		case utf8.RuneCountInString(cell) > mostLetters:
			return Term{}, errLongCell
		case cell == "":
		case columns[n] == note:
			term.Note = cell
		default:
			term.Words[columns[n]] = cell
		}
	}
	return term, nil
}

func badRow(err error) *Fault {
	var at *csv.ParseError
	switch {
	case !errors.As(err, &at):
		return fault("terms-quotes", "The term list cannot be read: {why}", "why", fmt.Sprint(err))
	case errors.Is(err, csv.ErrFieldCount):
		return fault("terms-row", "Line {line} of the term list does not have as many cells as the first. A cell with a comma in it stands in quotation marks.",
			"line", strconv.Itoa(at.StartLine))
	}
	return fault("terms-quotes", "A quotation mark in line {line} of the term list is not closed, or stands inside a cell. Inside a quoted cell it is written twice.",
		"line", strconv.Itoa(at.Line))
}

func noTerms() *Fault {
	return fault("terms-none", "The term list has no terms. Its first row names the languages; each row after it is a term.")
}

func tooLong() *Fault {
	return fault("terms-size", "The term list is longer than can be used beside a console: {limit} terms, {languages} columns and 1 MiB at most. Hand it in in parts.",
		"limit", strconv.Itoa(mostTerms), "languages", strconv.Itoa(mostColumns))
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
