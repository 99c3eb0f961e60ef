package snippet

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Attributes are what a marker says is to be shown.
type Attributes struct {
	// Results are the files, by their paths from the document.
	Results []string
	// Columns are patterns of figures; nil for those of the table.
	Columns []string
	// Lang is a language; empty for English.
	Lang string
	// Against is the setting that all results are put together by; empty where each has a table of its own.
	Against string
	// Show is All, Table or Layers.
	Show Show
}

// Show is how much of a result is shown.
type Show string

// What can be shown.
const (
	All    Show = "all"    // the table, and the sentences below it
	Table  Show = "table"  // the table alone
	Layers Show = "layers" // the table of bytes by layer, over all results
)

// attribute is NAME=VALUE, with a value in quotes where it has blanks.
var attribute = regexp.MustCompile(`^([A-Za-z-]+)=("[^"]*"|[^\s"]+)(?:\s+|$)`)

// parseAttributes reads those of a marker.
func parseAttributes(text string) (Attributes, error) {
	a := Attributes{Show: All}
	var seen []string
	for text != "" {
		m := attribute.FindStringSubmatch(text)
		if m == nil {
			return a, fmt.Errorf("%.80q is no attribute: want NAME=VALUE, as result=FILE.json", text)
		}
		name, value := m[1], strings.Trim(m[2], `"`)
		if name != "result" && slices.Contains(seen, name) {
			return a, fmt.Errorf("%s is there twice: leave one of them", name)
		}
		if err := a.set(name, value); err != nil {
			return a, err
		}
		seen, text = append(seen, name), text[len(m[0]):]
	}
	return a, nil
}

func (a *Attributes) set(name, value string) error {
	if value == "" {
		return fmt.Errorf("%s is empty: give it a value, or take it out", name)
	}
	switch name {
	case "result":
		a.Results = append(a.Results, value)
	case "columns":
		a.Columns = strings.Split(value, ",")
	case "lang":
		a.Lang = value
	case "against":
		a.Against = value
	case "show":
		a.Show = Show(value)
		if a.Show != All && a.Show != Table && a.Show != Layers {
			return fmt.Errorf("show=%.40s is unknown: want %s, %s or %s", value, All, Table, Layers)
		}
	default:
		return fmt.Errorf("%.40q is no attribute of a marker: want result, columns, against, lang or show", name)
	}
	return nil
}
