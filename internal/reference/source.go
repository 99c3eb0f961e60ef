package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// module is the path that packages of this module begin with.
const module = "pollpush/"

// source is what a package's source says that reflection does not.
type source struct {
	docs   map[string]string   // comments of types and, as Type.Field, of fields
	names  map[string]string   // of the JSON of fields, as Type.Field
	fields map[string][]string // of structs, in order
	values map[string][]string // string constants by their type
}

// sources reads packages of this module, each once.
type sources struct {
	root string // of the module
	read map[string]*source
}

// of returns what the source of a package says.
func (s *sources) of(path string) (*source, error) {
	if found, ok := s.read[path]; ok {
		return found, nil
	}
	folder, ok := strings.CutPrefix(path, module)
	if !ok {
		return nil, fmt.Errorf("%s is no package of this module: say in a method what its JSON is", path)
	}
	files, err := filepath.Glob(filepath.Join(s.root, folder, "*.go"))
	if err != nil {
		return nil, err
	}
	read := &source{docs: map[string]string{}, names: map[string]string{}, fields: map[string][]string{}, values: map[string][]string{}}
	for _, file := range files {
		if err := read.add(file); err != nil {
			return nil, err
		}
	}
	s.read[path] = read
	return read, nil
}

func (s *source) add(path string) error {
	text, err := os.ReadFile(path) //nolint:gosec // a file of this module
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments)
	if err != nil {
		return err
	}
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				s.addType(spec, group)
			case *ast.ValueSpec:
				s.addConstant(spec, group)
			}
		}
	}
	return nil
}

func (s *source) addType(spec *ast.TypeSpec, group *ast.GenDecl) {
	name := spec.Name.Name
	s.docs[name] = comment(spec.Doc, spec.Comment)
	if s.docs[name] == "" {
		s.docs[name] = comment(group.Doc)
	}
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range structure.Fields.List {
		for _, n := range field.Names {
			key := name + "." + n.Name
			s.fields[name] = append(s.fields[name], n.Name)
			s.docs[key] = comment(field.Doc, field.Comment)
			if field.Tag != nil {
				tag, _ := strconv.Unquote(field.Tag.Value) // the parser has taken it
				s.names[key] = tag
			}
		}
	}
}

// addConstant remembers a string constant of a type, the constants before it in its group giving theirs.
func (s *source) addConstant(spec *ast.ValueSpec, group *ast.GenDecl) {
	kind, ok := spec.Type.(*ast.Ident)
	if group.Tok != token.CONST || !ok || len(spec.Values) != 1 {
		return
	}
	if text, ok := spec.Values[0].(*ast.BasicLit); ok && text.Kind == token.STRING {
		value, _ := strconv.Unquote(text.Value) // the parser has taken it
		s.values[kind.Name] = append(s.values[kind.Name], value)
	}
}

// comment returns the first comment that there is, as one line.
func comment(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if text := strings.Join(strings.Fields(g.Text()), " "); text != "" {
			return text
		}
	}
	return ""
}
