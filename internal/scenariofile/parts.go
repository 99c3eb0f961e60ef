package scenariofile

import (
	"errors"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// Parts says what the value of a key is made of, when it has keys of its own.
type Parts string

// The kinds of parts. Most keys have none.
const (
	Named Parts = "named" // names, and under each of them settings
	Rows  Parts = "rows"  // a list of settings
)

// Entry is one part of a setting: settings by themselves.
type Entry struct {
	Name     string // empty in a list
	Settings []Setting

	file *File
	at   place
}

// At adds to an error about a key of the entry where the file gives its value, or else where the entry begins.
func (e Entry) At(key string, err error) error {
	for _, s := range e.Settings {
		if s.Key.Name == key {
			return e.file.refuse(s.at, err)
		}
	}
	return e.file.refuse(e.at, err)
}

// partKeys are the keys that the parts of a key have.
var partKeys = map[string][]Key{
	"groups": {
		{Name: "share"}, {Name: "transport"}, {Name: "headers"}, {Name: "link"}, {Name: "rtt"}, {Name: "jitter"}, {Name: "down"}, {Name: "up"},
	},
	"stages": {{Name: "for"}, {Name: "clients"}},
}

// PartKeys returns the keys that the parts of a key have.
func PartKeys(key string) []Key { return slices.Clone(partKeys[key]) }

// entries adds the parts of a setting.
func (f *File) entries(s *Setting, node ast.Node) error {
	switch body := node.(type) {
	case *ast.MappingNode:
		if s.Key.Parts == Named && len(body.Values) > 0 {
			return f.named(s, body)
		}
	case *ast.SequenceNode:
		if s.Key.Parts == Rows && len(body.Values) > 0 {
			return f.rows(s, body)
		}
	}
	if s.Key.Parts == Named {
		return f.refuse(s.at, fmt.Errorf("%s are names with settings, as phones: {share: 30%%, link: 4g}: name one or more", s.Key.Name))
	}
	return f.refuse(s.at, fmt.Errorf("%s are a list of settings, as - {for: 10s, clients: 500}: name one or more", s.Key.Name))
}

func (f *File) named(s *Setting, body *ast.MappingNode) error {
	for _, v := range body.Values {
		name := v.Key.GetToken()
		for _, other := range s.Entries {
			if other.Name == name.Value {
				return f.refuse(placeOf(name), fmt.Errorf("%.80q is there twice, in line %d already: give one of them another name", name.Value, other.at.line))
			}
		}
		if err := f.entry(s, Entry{Name: name.Value, file: f, at: placeOf(name)}, v.Value); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) rows(s *Setting, body *ast.SequenceNode) error {
	for _, node := range body.Values {
		if err := f.entry(s, Entry{file: f, at: start(node)}, node); err != nil {
			return err
		}
	}
	return nil
}

// entry adds one part with its settings.
func (f *File) entry(s *Setting, e Entry, node ast.Node) error {
	body, ok := node.(*ast.MappingNode)
	if !ok {
		return f.refuse(start(node), errors.New("this wants keys with values of its own, as {"+partKeys[s.Key.Name][0].Name+": ...}"))
	}
	for _, v := range body.Values {
		part, err := f.setting(v, partKeys[s.Key.Name], e.Settings)
		if err != nil {
			return err
		}
		e.Settings = append(e.Settings, part)
	}
	s.Entries = append(s.Entries, e)
	return nil
}
