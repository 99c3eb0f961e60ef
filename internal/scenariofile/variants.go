package scenariofile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// VariantsKey is the key under which a file has its variants. It is no flag.
const VariantsKey = "variants"

// MaxVariants is how many variants a file may have: more fit no page.
const MaxVariants = 20

// variantName is what a variant may be called: its name becomes part of a file's.
var variantName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// readVariants reads what the file makes of its scenario. All else in it has been read.
func (f *File) readVariants(entry *ast.MappingValueNode) error {
	variants, ok := entry.Value.(*ast.MappingNode)
	if !ok || len(variants.Values) == 0 {
		return f.refuse(placeOf(entry.Key.GetToken()), errors.New("variants are names with settings, as fresh: {keepalive: false}: name one or more"))
	}
	if n := len(variants.Values); n > MaxVariants {
		return f.refuse(start(variants), fmt.Errorf("%d variants are more than a file may have: leave %d at most", n, MaxVariants))
	}
	for _, v := range variants.Values {
		variant, err := f.variant(v)
		if err != nil {
			return err
		}
		f.Variants = append(f.Variants, variant)
	}
	return nil
}

// variant reads one variant: its own settings, and all of the file's that it does not change.
func (f *File) variant(entry *ast.MappingValueNode) (*File, error) {
	name := entry.Key.GetToken()
	if !variantName.MatchString(name.Value) {
		return nil, f.refuse(placeOf(name), fmt.Errorf("%.80q is no name for a variant: want small letters, digits and hyphens, 40 at most", name.Value))
	}
	if slices.ContainsFunc(f.Variants, func(o *File) bool { return o.Variant == name.Value }) {
		return nil, f.refuse(placeOf(name), fmt.Errorf("there is a variant %s already: give this one another name", name.Value))
	}
	v := &File{Variant: name.Value, path: f.path, lines: f.lines}
	switch body := entry.Value.(type) {
	case *ast.MappingNode:
		for _, setting := range body.Values {
			if err := v.add(setting); err != nil {
				return nil, err
			}
		}
	case *ast.NullNode: // as it stands, to be compared with others
	default:
		return nil, f.refuse(start(body), fmt.Errorf("variant %s wants settings, as {keepalive: false}, or {} to change nothing", name.Value))
	}
	for _, s := range v.Settings {
		v.own = append(v.own, s.Key)
	}
	for _, s := range f.Settings {
		if !v.Varies(s.Key.Name) {
			v.Settings = append(v.Settings, s)
		}
	}
	return v, nil
}

// misplaced says why there can be no variants here.
func (f *File) misplaced() error {
	if f.Variant != "" {
		return errors.New("a variant has no variants: put them beside each other")
	}
	return errors.New("variants is there twice: put them all under one")
}
