package report

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pollpush/internal/metric"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Every language says everything, and puts the same values into it.
func TestCatalogueIsComplete(t *testing.T) {
	want := texts(reflect.ValueOf(english), "")
	for _, lang := range Langs() {
		in, ok := catalogue[lang]
		if !ok {
			t.Fatalf("%s has no words", lang)
		}
		got := texts(reflect.ValueOf(*in), "")
		for name, text := range want {
			switch other, there := got[name]; {
			case !there || other == "":
				t.Errorf("%s: %s is missing", lang, name)
			case !slices.Equal(verbs(other), verbs(text)):
				t.Errorf("%s: %s: %q does not have the values of %q", lang, name, other, text)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s has %d texts, English %d", lang, len(got), len(want))
		}
		for _, r := range rows {
			if in.labels[r.name] == "" {
				t.Errorf("%s: the row %s has no label", lang, r.name)
			}
		}
		for _, transport := range append(scenario.Transports(), scenario.Mixed) {
			if in.title[transport] == "" || in.within[transport] == "" {
				t.Errorf("%s: %s has no name", lang, transport)
			}
		}
		for _, state := range []result.State{result.Valid, result.Suspect, result.Invalid} {
			if in.state[state] == "" {
				t.Errorf("%s: %s has no name", lang, state)
			}
		}
	}
}

// texts returns every text of the words by its place.
func texts(v reflect.Value, at string) map[string]string {
	all := make(map[string]string)
	add := func(v reflect.Value, name string) {
		for k, text := range texts(v, name) {
			all[k] = text
		}
	}
	switch v.Kind() {
	case reflect.String:
		all[at] = v.String()
	case reflect.Struct:
		for i := range v.NumField() {
			add(v.Field(i), at+"."+v.Type().Field(i).Name)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			add(v.MapIndex(key), at+"."+key.String())
		}
	}
	return all
}

var verb = regexp.MustCompile(`%(?:\[(\d)\])?([a-z])`)

// verbs returns the verbs of a format in the order of the values that they take.
func verbs(format string) []string {
	byValue := make(map[int]string)
	for i, m := range verb.FindAllStringSubmatch(format, -1) {
		at := i
		if m[1] != "" {
			at, _ = strconv.Atoi(m[1]) // the pattern has digits
			at--
		}
		byValue[at] = m[2]
	}
	var all []string
	for i := range len(byValue) {
		all = append(all, byValue[i])
	}
	return all
}

// Every figure that has a name has a row, and every row is a figure, a heading or the verdict.
func TestRowsAreTheFigures(t *testing.T) {
	seen := make(map[string]bool)
	for _, r := range rows {
		_, isFigure := metric.ByName(r.name)
		if seen[r.name] || isFigure != (r.show != nil) || !isFigure && r.name != verdictRow && !strings.HasPrefix(r.name, "heading.") {
			t.Errorf("the row %s is there twice, or is nothing", r.name)
		}
		seen[r.name] = true
	}
	for _, k := range metric.Kinds() {
		if !seen[k.Name] {
			t.Errorf("%s has no row", k.Name)
		}
	}
	for name := range english.labels {
		if !seen[name] {
			t.Errorf("the label of %s is of no row", name)
		}
	}
}
