package scenariofile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"pollpush/internal/textfile"
)

// parse reads a scenario. The text is checked before the parser of YAML sees it, which trusts its input:
// brackets within brackets by the thousand keep it busy for seconds.
func parse(path, text string) (*File, error) {
	f := &File{path: path}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		f.lines = append(f.lines, line)
		if err := textfile.CheckLine(line, what); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, len(f.lines), err)
		}
	}
	tokens := lexer.Tokenize(text)
	if err := f.checkTokens(tokens); err != nil {
		return nil, err
	}
	// Keys that are there twice are looked for here: a key is found under whichever way it is quoted.
	document, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	var detail yaml.Error
	switch {
	case errors.As(err, &detail) && detail.GetToken() != nil:
		return nil, f.refuse(placeOf(detail.GetToken()), fmt.Errorf("this is no YAML: %s", detail.GetMessage()))
	case err != nil:
		return nil, fmt.Errorf("%s is no YAML: %w", path, err)
	}
	if err := f.read(document); err != nil {
		return nil, err
	}
	return f, nil
}

// checkTokens refuses what a scenario has no use for: it is a list of keys and values, and a value may be a
// list.
func (f *File) checkTokens(tokens token.Tokens) error {
	const deepest = 5 // {variants: {name: {stages: [{...}]}}}
	depth := 0
	for _, t := range tokens {
		var err error
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			err = errors.New("a value cannot be taken from elsewhere in the file: write it out")
		case token.TagType, token.DirectiveType:
			err = errors.New("values have no tags and a file no directives: take it out")
		case token.SequenceStartType, token.MappingStartType:
			if depth++; depth > deepest {
				err = errors.New("there is no use for so many brackets: a value is a word, a number, or a list of them")
			}
		case token.SequenceEndType, token.MappingEndType:
			depth--
		default:
		}
		if err != nil {
			return f.refuse(placeOf(t), err)
		}
	}
	return nil
}

// read takes the settings out of the file's one document.
func (f *File) read(document *ast.File) error {
	body, err := f.body(document)
	if err != nil {
		return err
	}
	mapping, ok := body.(*ast.MappingNode)
	if !ok {
		return f.refuse(start(body), errors.New("a scenario is lines of a key, a colon, a space and a value, as clients: 200"))
	}
	var variants *ast.MappingValueNode
	for _, entry := range mapping.Values {
		if name := entry.Key.GetToken(); name.Value == VariantsKey && variants == nil {
			variants = entry
		} else if err := f.add(entry); err != nil {
			return err
		}
	}
	if variants != nil {
		return f.readVariants(variants)
	}
	if len(f.Settings) == 0 {
		return f.sayNothing()
	}
	return nil
}

// body returns what the file holds besides comments.
func (f *File) body(document *ast.File) (ast.Node, error) {
	var body ast.Node
	for _, d := range document.Docs {
		_, comment := d.Body.(*ast.CommentGroupNode)
		switch {
		case d.Body == nil || comment:
		case body != nil:
			return nil, f.refuse(start(d.Body), errors.New("this is a second document, and a file is one scenario: put it into a file of its own"))
		default:
			body = d.Body
		}
	}
	if body == nil {
		return nil, f.sayNothing()
	}
	return body, nil
}

func (f *File) sayNothing() error {
	return fmt.Errorf("%s says nothing: write one key and value or more into it, as clients: 200", f.path)
}

// add adds the setting of a line.
func (f *File) add(entry *ast.MappingValueNode) error {
	if name := entry.Key.GetToken(); name.Value == VariantsKey {
		return f.refuse(placeOf(name), f.misplaced())
	}
	s, err := f.setting(entry, Keys(), f.Settings)
	f.Settings = append(f.Settings, s)
	return err
}

// setting reads one setting; the keys that are known decide what it may be, and others beside it are there
// already.
func (f *File) setting(entry *ast.MappingValueNode, known []Key, beside []Setting) (Setting, error) {
	name := entry.Key.GetToken()
	key, ok := find(name.Value, known)
	if !ok {
		return Setting{}, f.refuse(placeOf(name), unknown(name.Value, known))
	}
	for _, s := range beside {
		if s.Key == key {
			return Setting{}, f.refuse(placeOf(name), fmt.Errorf("%s is there twice, in line %d already: leave one of them", key.Name, s.at.line))
		}
	}
	s := Setting{Key: key, at: start(entry.Value)}
	sequence, isList := entry.Value.(*ast.SequenceNode)
	var err error
	switch {
	case key.Parts != "":
		err = f.entries(&s, entry.Value)
	case isList && key.List:
		s.List = true
		err = f.elements(&s, sequence)
	default:
		err = f.value(&s, entry.Value)
	}
	return s, err
}

// unknown says that there is no such key, and which there are.
func unknown(name string, known []Key) error {
	if len(known) == len(Keys()) {
		return fmt.Errorf("%.80q is no key of a scenario: want %s, %s", name, list(known), VariantsKey)
	}
	return fmt.Errorf("%.80q is no key here: want %s", name, list(known))
}

// elements adds the values of a list.
func (f *File) elements(s *Setting, sequence *ast.SequenceNode) error {
	for _, node := range sequence.Values {
		if err := f.value(s, node); err != nil {
			return err
		}
	}
	return nil
}

// value adds a value as it is written: a number keeps its digits, and off is a word.
func (f *File) value(s *Setting, node ast.Node) error {
	refused := func(reason string) error {
		return f.refuse(start(node), fmt.Errorf("%s %s", s.Key.Name, reason))
	}
	switch v := node.(type) {
	case *ast.StringNode:
		s.Values = append(s.Values, v.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		s.Values = append(s.Values, v.GetToken().Value)
	case *ast.NullNode:
		return refused("has no value: give it one, or take the line out")
	case *ast.LiteralNode:
		return refused("has a block of text: write its value on one line")
	case *ast.SequenceNode:
		return refused("wants one value, and this is a list: name one")
	default:
		return refused("wants one value, and these are keys with values of their own: name one")
	}
	return nil
}
