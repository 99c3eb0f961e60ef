package reference

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Struct is an object of the JSON of a Go type.
type Struct struct {
	Name   string
	Doc    string
	Fields []Field
}

// Field is a field of the JSON of a Go type.
type Field struct {
	Name string
	Doc  string
	Unit string // as nanoseconds; empty where the description says it, or there is none
	// Type is what JSON calls it; of an array it is that of its elements.
	Type     string
	List     bool
	Null     bool     // it may be null
	Optional bool     // it may be absent
	Struct   string   // the name of the object that it is
	Values   []string // that it may have; nil for any
}

// Structs returns the objects that the JSON of a value of a type is made of, the type's own first. Each field
// is described by its comment, or by that of its type. root is the folder of this module.
func Structs(root string, of reflect.Type) ([]Struct, error) {
	w := &walk{home: of.PkgPath(), sources: sources{root: root, read: map[string]*source{}}, seen: map[string]reflect.Type{}}
	if err := w.object(of); err != nil {
		return nil, err
	}
	return w.structs, errors.Join(w.missing...)
}

type walk struct {
	home    string // the package whose types are called by their names alone
	sources sources
	structs []Struct
	missing []error // descriptions
	seen    map[string]reflect.Type
}

// object adds a struct, and those of its fields.
func (w *walk) object(t reflect.Type) error {
	if other, ok := w.seen[w.title(t)]; ok {
		if other != t {
			return fmt.Errorf("%s and %s have the same name: rename one", other, t)
		}
		return nil
	}
	w.seen[w.title(t)] = t
	src, err := w.sources.of(t.PkgPath())
	if err != nil {
		return err
	}
	name := plain(t)
	at := len(w.structs)
	w.structs = append(w.structs, Struct{Name: w.title(t), Doc: nilWord.ReplaceAllString(sentence(src.docs[name], name), "absent")})
	var fields []Field
	if t.Implements(marshaler) {
		fields, err = marshaled(src, t)
	} else {
		fields, err = w.fields(src, t)
	}
	w.structs[at].Fields = fields
	return err
}

// fields returns those of a struct, with those of the structs embedded in it.
func (w *walk) fields(src *source, t reflect.Type) ([]Field, error) {
	var all []Field
	for f := range fieldsOf(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
			continue
		case f.Anonymous && name == "":
			embedded, err := w.sources.of(f.Type.PkgPath())
			if err != nil {
				return nil, err
			}
			more, err := w.fields(embedded, f.Type)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
			continue
		}
		field := Field{Name: name, Optional: strings.Contains(options, "omit"), Doc: src.docs[plain(t)+"."+f.Name]}
		if err := w.describe(&field, f, t.String()+"."+f.Name); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		all = append(all, field)
	}
	return all, nil
}

func fieldsOf(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// describe says what a field's value is, and in which words.
func (w *walk) describe(field *Field, f reflect.StructField, at string) error {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		field.Null, t = !field.Optional, t.Elem()
	}
	if t.Kind() == reflect.Slice {
		field.List, field.Null, t = true, !field.Optional, t.Elem()
	}
	var err error
	if field.Type, err = typeOf(t); err != nil {
		return err
	}
	field.Unit = unit(t, field.Name)
	if t.PkgPath() != "" && strings.HasPrefix(t.PkgPath(), module) {
		src, err := w.sources.of(t.PkgPath())
		if err != nil {
			return err
		}
		field.Values = slices.DeleteFunc(slices.Clone(src.values[plain(t)]), func(v string) bool { return v == never[at] })
		if field.Doc == "" {
			field.Doc = sentence(src.docs[plain(t)], plain(t))
		}
	}
	if field.Doc == "" {
		w.missing = append(w.missing, fmt.Errorf("%s has no description: give the field a comment", at))
	}
	field.Doc = sentence(field.Doc, f.Name)
	if !field.Optional {
		field.Doc = nilWord.ReplaceAllString(field.Doc, "null")
	}
	field.Doc = nilWord.ReplaceAllString(field.Doc, "absent")
	if field.Type != "object" {
		return nil
	}
	field.Struct = w.title(t)
	return w.object(t)
}

// never are values of a field's type that the field itself never has.
var never = map[string]string{"scenario.Group.Transport": "mixed", "result.Group.Transport": "mixed"}

// nilWord is what Go calls a value that is not there.
var nilWord = regexp.MustCompile(`\bnil\b`)

var (
	marshaler     = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// typeOf returns what JSON calls a Go type.
func typeOf(t reflect.Type) (string, error) {
	if t == reflect.TypeFor[time.Time]() {
		return "string", nil
	}
	if t.Kind() != reflect.Struct && (t.Implements(marshaler) || t.Implements(textMarshaler)) {
		return "", fmt.Errorf("%s writes its JSON itself: say in typeOf what it is", t)
	}
	switch t.Kind() { //nolint:exhaustive // of the others there are none
	case reflect.Bool:
		return "boolean", nil
	case reflect.String:
		return "string", nil
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "integer", nil
	case reflect.Float64:
		return "number", nil
	case reflect.Struct:
		return "object", nil
	}
	return "", fmt.Errorf("%s has no description in JSON: say in typeOf what it is", t)
}

// unit returns what a number counts, as far as its type or name says.
func unit(t reflect.Type, name string) string {
	if t == reflect.TypeFor[time.Duration]() {
		return "nanoseconds"
	}
	if k := t.Kind(); k == reflect.String || k == reflect.Bool || k == reflect.Struct {
		return ""
	}
	for _, u := range []struct{ suffix, unit string }{
		{"_bit_per_second", "bits per second"}, {"_per_second", "per second"}, {"_bytes", "bytes"},
	} {
		if strings.HasSuffix(name, u.suffix) {
			return u.unit
		}
	}
	return ""
}

// marshaled returns the fields of a struct that writes its JSON itself. Its source says with which ones: there
// is a struct of the same name in lower case that ends in JSON. Its fields are integers.
func marshaled(src *source, t reflect.Type) ([]Field, error) {
	name := plain(t)
	form := strings.ToLower(name[:1]) + name[1:] + "JSON"
	var fields []Field
	for _, f := range src.fields[form] {
		tag, _, _ := strings.Cut(reflect.StructTag(src.names[form+"."+f]).Get("json"), ",")
		doc := src.docs[form+"."+f]
		if doc == "" {
			doc = src.docs[name+"."+f]
		}
		if doc == "" {
			return nil, fmt.Errorf("%s.%s has no description: give it a comment", form, f)
		}
		fields = append(fields, Field{Name: tag, Doc: sentence(doc, f), Type: "integer", Unit: unit(reflect.TypeFor[int64](), tag)})
	}
	text, err := json.Marshal(reflect.Zero(t).Interface())
	if err != nil {
		return nil, err
	}
	var written map[string]int64
	if err := json.Unmarshal(text, &written); err != nil {
		return nil, fmt.Errorf("%s: its JSON is not an object of integers: %w", t, err)
	}
	for _, f := range fields {
		delete(written, f.Name)
	}
	if len(fields) == 0 || len(written) > 0 {
		return nil, fmt.Errorf("%s writes %v, which %s does not have", t, slices.Sorted(maps.Keys(written)), form)
	}
	return fields, nil
}

// title is what an object is called: its type, with its package unless that is the first one's.
func (w *walk) title(t reflect.Type) string {
	name := plain(t)
	if _, parameter, ok := strings.Cut(strings.TrimSuffix(t.Name(), "]"), "["); ok {
		name += capital(parameter[strings.LastIndexByte(parameter, '.')+1:])
	}
	from := t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]
	if t.PkgPath() == w.home || strings.EqualFold(from, name) {
		return name
	}
	return capital(from) + name
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// plain returns a type's name without its parameters.
func plain(t reflect.Type) string {
	name, _, _ := strings.Cut(t.Name(), "[")
	return name
}

// sentence makes a description of a comment: a sentence that does not begin with a name of Go's.
func sentence(comment, name string) string {
	for _, verb := range []string{"is ", "are "} {
		if rest, ok := strings.CutPrefix(comment, name+" "+verb); ok {
			comment = rest
		}
	}
	if comment == "" {
		return ""
	}
	text := capital(comment)
	if !strings.ContainsAny(text[len(text)-1:], ".?!") {
		text += "."
	}
	return text
}
