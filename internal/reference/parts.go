package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"pollpush/internal/scenariofile"
)

// name is what groups and variants may be called.
const name = `^[a-z0-9][a-z0-9-]{0,39}$`

// The most that a file may have of each. A variant is scenariofile's, the others are the scenario's.
const (
	maxGroups = 20
	maxStages = 50
)

// A whole is a key whose value has keys of its own.
type whole struct {
	doc, kind string
	schema    func(parts object, required []string) object
	required  []string
}

var wholes = map[string]whole{
	"groups": {
		doc:      "Shares of the clients that differ, all at the same time; the shares add up to 100 %.",
		kind:     "names, and under each of them the keys of a group",
		required: []string{"share"},
		schema: func(parts object, required []string) object {
			return named(maxGroups, closed(parts, required))
		},
	},
	"stages": {
		doc:      "The window in parts, in each of which clients come or leave, evenly; clients says how many there are before them.",
		kind:     "list of the keys of a stage",
		required: []string{"for", "clients"},
		schema: func(parts object, required []string) object {
			return object{{"type", "array"}, {"minItems", 1}, {"maxItems", maxStages}, {"items", closed(parts, required)}}
		},
	},
}

// named is an object whose members are called as one pleases.
func named(most int, each object) object {
	return object{
		{"type", "object"}, {"minProperties", 1}, {"maxProperties", most},
		{"propertyNames", object{{"pattern", name}}}, {"additionalProperties", each},
	}
}

// closed is an object that has no other members.
func closed(members object, required []string) object {
	o := object{{"type", "object"}, {"properties", members}, {"additionalProperties", false}}
	if required != nil {
		o = append(o, member{"required", required})
	}
	return o
}

// ownParts are the keys of groups and stages that no flag describes, or another one than that of their name.
var ownParts = map[string]Key{
	"groups.share": {
		Doc: "The group's part of the clients.", Kind: "share, as 30%",
		schema: object{{"type", "string"}, {"pattern", `^[0-9]+(\.[0-9]{1,2})? *%$`}},
	},
	"groups.transport": {Doc: "What the group follows over. Either all groups say it, and then there is one trial of them all, or none does."},
	"stages.for":       {Doc: "How long the stage is, 1ms at least.", Kind: "time, as 10s", schema: object{{"type", "string"}, {"pattern", span}}},
	"stages.clients":   {Doc: "How many clients there are at its end.", Kind: "whole number", schema: object{{"type", "integer"}, {"minimum", 0}}},
}

// withParts returns the description of a key whose value has keys of its own.
func withParts(k scenariofile.Key, flags *pflag.FlagSet, values valuesFunc) (Key, error) {
	w, ok := wholes[k.Name]
	if !ok {
		return Key{}, fmt.Errorf("the key %s has parts: say in wholes what it looks like", k.Name)
	}
	key := Key{Name: k.Name, Field: k.Field, Doc: w.doc, Kind: w.kind}
	for _, p := range scenariofile.PartKeys(k.Name) {
		part, own := ownParts[k.Name+"."+p.Name]
		if !own {
			var err error
			if part, err = keyOf(p, flags, values); err != nil {
				return Key{}, err
			}
			part.Default = "" // it is that of the scenario
		}
		if part.schema == nil {
			words, _ := values(p.Name + "s")
			part.Kind, part.schema = strings.Join(words, ", "), object{{"enum", words}}
		}
		part.Name = p.Name
		key.Parts = append(key.Parts, part)
	}
	key.schema = w.schema(properties(key.Parts), w.required)
	return key, nil
}

// variants is the key that makes several scenarios of one: each variant has all keys but this one.
func variants(keys []Key) Key {
	own := object{}
	for _, k := range keys {
		own = append(own, member{k.Name, object{{"$ref", "#/properties/" + k.Name}}})
	}
	each := object{{"anyOf", []object{closed(own, nil), {{"type", "null"}}}}}
	return Key{
		Name: scenariofile.VariantsKey, Field: "variant",
		Doc:    "Scenarios that differ in what stands under their names, and run in turns.",
		Kind:   "names, and under each of them any of the keys above",
		schema: named(scenariofile.MaxVariants, each),
	}
}

// partsPage adds a table of the keys of each key that has some.
func partsPage(b *strings.Builder, keys []Key) {
	for _, k := range keys {
		if k.Parts == nil {
			continue
		}
		fmt.Fprintf(b, "\n## %s\n\n| key | value | what it says |\n| --- | --- | --- |\n", k.Name)
		for _, p := range k.Parts {
			needed := ""
			if slices.Contains(wholes[k.Name].required, p.Name) {
				needed = " It is needed."
			}
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", p.Name, cell(p.Kind), cell(p.Doc+needed))
		}
	}
}
