package reference

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// object is a JSON object whose members stay in order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := compact(m.name)
		if err != nil {
			return nil, err
		}
		value, err := compact(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// compact encodes a value without escaping what is HTML's business.
func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// indented writes an object as a file.
func indented(o object) (string, error) {
	text, err := compact(o)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return "", err
	}
	return b.String() + "\n", nil
}

const dialect = "https://json-schema.org/draft/2020-12/schema"

// ResultSchema returns the JSON Schema of a result's objects. required are the fields, as Object.field, that
// every result has: others may be missing in those of older versions. Fields that are not known are allowed.
func ResultSchema(structs []Struct, required []string) (string, error) {
	definitions := object{}
	for _, s := range structs {
		definitions = append(definitions, member{s.Name, s.schema(required)})
	}
	return indented(object{
		{"$schema", dialect},
		{"$id", "urn:pollpush:result:v1"},
		{"title", "pollpush result, version 1"},
		{"$ref", "#/$defs/" + structs[0].Name},
		{"$defs", definitions},
	})
}

func (s Struct) schema(required []string) object {
	properties, names := object{}, []string{}
	for _, f := range s.Fields {
		always := slices.Contains(required, s.Name+"."+f.Name)
		if always {
			names = append(names, f.Name)
		}
		properties = append(properties, member{f.Name, f.schema(always)})
	}
	return object{{"description", s.Doc}, {"type", "object"}, {"properties", properties}, {"required", names}}
}

// schema returns what a value has to be. Only those that every result has are held to the values that there
// are: elsewhere the text of an older result may be empty.
func (f Field) schema(always bool) object {
	o := object{{"description", f.Description()}}
	value := object{{"type", f.Type}}
	switch {
	case f.Struct != "":
		value = object{{"$ref", "#/$defs/" + f.Struct}}
	case f.Values != nil && always:
		value = append(value, member{"enum", f.Values})
	}
	switch {
	case f.List && f.Null:
		return append(o, member{"type", []string{"array", "null"}}, member{"items", value})
	case f.List:
		return append(o, member{"type", "array"}, member{"items", value})
	case f.Null && f.Struct != "":
		return append(o, member{"anyOf", []object{value, {{"type", "null"}}}})
	case f.Null:
		return append(o, member{"type", []string{f.Type, "null"}})
	}
	return append(o, value...)
}

// Description says what a field is, in which unit, and which values it has.
func (f Field) Description() string {
	text := f.Doc
	if f.Unit != "" {
		text += " In " + f.Unit + "."
		if f.Unit == "per second" {
			text = f.Doc
		}
	}
	if f.Values != nil {
		text += " One of " + strings.Join(f.Values, ", ") + "."
	}
	return text
}
