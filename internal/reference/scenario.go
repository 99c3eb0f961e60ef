package reference

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"pollpush/internal/scenariofile"
)

// Key is a key of a scenario file and what its value is.
type Key struct {
	Name, Field string // of the file, and of a result's scenario
	Doc         string
	Kind        string // in words
	Default     string // as it would be typed; empty for none
	Parts       []Key  // that its value has; nil for none
	schema      object
}

// valuesFunc returns the words that a flag may have, nil for any text; where others is set, it takes any other
// text as well.
type valuesFunc = func(flag string) (words []string, others bool)

// Keys returns the keys of scenario files, by the flags of the same names, and last the one that has variants. The
// flag's own usage describes a key. A key that is neither a flag nor has parts is an error: it has to be said here
// what it looks like.
func Keys(keys []scenariofile.Key, flags *pflag.FlagSet, values valuesFunc) ([]Key, error) {
	var all []Key
	for _, k := range keys {
		describe := keyOf
		if k.Parts != "" {
			describe = withParts
		}
		key, err := describe(k, flags, values)
		if err != nil {
			return nil, err
		}
		all = append(all, key)
	}
	return append(all, variants(all)), nil
}

// keyOf returns the description of a key that is a flag.
func keyOf(k scenariofile.Key, flags *pflag.FlagSet, values valuesFunc) (Key, error) {
	f := flags.Lookup(k.Name)
	if f == nil {
		return Key{}, fmt.Errorf("the key %s is no flag: say in Keys what it looks like", k.Name)
	}
	if f.Usage == "" {
		return Key{}, fmt.Errorf("--%s has no description: give it one", k.Name)
	}
	words, others := values(k.Name)
	key := Key{Name: k.Name, Field: k.Field, Doc: sentence(f.Usage, ""), Default: strings.Trim(f.DefValue, "[]")}
	var err error
	key.Kind, key.schema, err = shape(f, words, others)
	return key, err
}

// span is a time as Go writes it, or 0.
const span = `^([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))*$`

// shape says what a flag's values look like in YAML.
func shape(f *pflag.Flag, words []string, others bool) (kind string, o object, err error) {
	switch f.Value.Type() {
	case "int", "uint64":
		return "whole number", object{{"type", "integer"}, {"minimum", 0}}, nil
	case "float64":
		return "number", object{{"type", "number"}, {"exclusiveMinimum", 0}}, nil
	case "bool":
		return "true or false", object{{"type", "boolean"}}, nil
	case "duration":
		return "time, as 500ms", object{{"anyOf", []object{{{"type", "string"}, {"pattern", span}}, {{"const", 0}}}}}, nil
	case "rate":
		return "bandwidth, as 10mbit", object{{"anyOf", []object{{{"type", "string"}, {"pattern", "^[0-9.]+[kmg]bit$"}}, {{"const", 0}}}}}, nil
	case "stringSlice":
		one := object{{"enum", words}}
		list := strings.Join(words, "|")
		return "list of " + strings.Join(words, ", "), object{{"anyOf", []object{
			{{"type", "array"}, {"items", one}, {"uniqueItems", true}, {"minItems", 1}},
			{{"type", "string"}, {"pattern", "^(" + list + ")(,(" + list + "))*$"}},
		}}}, nil
	case "string":
		if others {
			return strings.Join(words, ", ") + ", or a file", object{{"type", "string"}, {"examples", words}}, nil
		}
		if words != nil {
			return strings.Join(words, ", "), object{{"enum", written(words)}}, nil
		}
	}
	return "", nil, fmt.Errorf("--%s is of type %s: say in shape what it looks like in YAML", f.Name, f.Value.Type())
}

// written returns words as YAML reads them: one that looks like a number may be one.
func written(words []string) []any {
	var all []any
	for _, w := range words {
		all = append(all, w)
		if json.Valid([]byte(w)) {
			all = append(all, json.Number(w))
		}
	}
	return all
}

// ScenarioSchema returns the JSON Schema of a scenario file.
func ScenarioSchema(keys []Key) (string, error) {
	return indented(object{
		{"$schema", dialect},
		{"$id", "urn:pollpush:scenario"},
		{"title", "pollpush scenario"},
		{"description", "What bench run --scenario reads: each key says what the flag of its name does."},
		{"type", "object"},
		{"properties", properties(keys)},
		{"additionalProperties", false},
		{"minProperties", 1},
	})
}

// properties returns keys as the properties of a schema.
func properties(keys []Key) object {
	o := object{}
	for _, k := range keys {
		text := k.Doc
		if k.Default != "" {
			text += " " + k.Default + " unless told otherwise."
		}
		o = append(o, member{k.Name, append(object{{"description", text}}, k.schema...)})
	}
	return o
}

// ScenarioPage returns the reference of a scenario file.
func ScenarioPage(keys []Key) string {
	var b strings.Builder
	b.WriteString("# Scenario files\n\n")
	b.WriteString(generated)
	b.WriteString("Every key of what `bench run --scenario` reads; [scenarios.md](../scenarios.md) says how to write one. [The JSON\n" +
		"Schema](../../schema/scenario.json) (`bench schema scenario`) lets an editor complete and check it, with this line in\n" +
		"the file:\n\n```yaml\n# yaml-language-server: $schema=path/to/schema/scenario.json\n```\n\n" +
		"| key | in the result | value | default | what it says |\n| --- | --- | --- | --- | --- |\n")
	for _, k := range keys {
		standard := ""
		if k.Default != "" {
			standard = "`" + k.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", k.Name, k.Field, k.Kind, standard, cell(k.Doc))
	}
	partsPage(&b, keys)
	return b.String()
}
