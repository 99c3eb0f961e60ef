package reference

import (
	"fmt"
	"strings"
)

// ResultPage returns the reference of a result's JSON.
func ResultPage(structs []Struct) string {
	return Page("The JSON of a result", "What `bench run --out` writes and `--format json` prints, as [a JSON Schema](../../schema/result.json) has it\n"+
		"(`bench schema result`). Version 1 grows by added fields; readers ignore those that they do not know.", structs)
}

// Page returns the reference of a JSON document: a table for each of its objects, under a title and what is said of it.
func Page(title, about string, structs []Struct) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s%s\n", title, generated, about)
	for _, s := range structs {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| field | type | what it is |\n| --- | --- | --- |\n", s.Name, cell(s.Doc))
		for _, f := range s.Fields {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, f.kind(), cell(f.Description()))
		}
	}
	return b.String()
}

// generated says how a page is made.
const generated = "<!-- Made from the code by `go generate .`: change it there. -->\n\n"

// kind is what a field holds, in words.
func (f Field) kind() string {
	text := f.Type
	if f.Struct != "" {
		text = fmt.Sprintf("[%s](#%s)", f.Struct, anchor(f.Struct))
	}
	if f.List {
		text = "array of " + text
	}
	if f.Null {
		text += " or null"
	}
	if f.Optional {
		text += ", may be absent"
	}
	return text
}

// anchor is what a heading is linked by.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' {
			return '-'
		}
		if strings.ContainsRune("[].", r) {
			return -1
		}
		return r
	}, strings.ToLower(heading))
}

// cell escapes a text for the cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "\n", " ").Replace(text)
}
