package headers

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"pollpush/internal/textfile"
)

//go:embed profiles/*.headers
var profiles embed.FS

// Default is the name of the profile of a run that is told none.
const Default = "go"

// Names returns the names of the built-in profiles, the one that asks for the least first.
func Names() []string { return []string{"minimal", "go", "chrome", "lubbers2010"} }

// Load returns a built-in profile by its name, or that of a file by its path; a file of a built-in
// one's name is ./NAME. What is wrong with a file is said with its path and the number of the line.
func Load(name string) (Profile, error) {
	if slices.Contains(Names(), name) {
		return builtIn(name)
	}
	text, err := read(name)
	if err != nil {
		return Profile{}, err
	}
	return parse(name, text, false)
}

func builtIn(name string) (Profile, error) {
	text, err := profiles.ReadFile("profiles/" + name + ".headers")
	if err != nil {
		return Profile{}, err // it is not embedded: a mistake of this package, which its tests find
	}
	return parse(name, text, true)
}

// file is what the texts about a profile's file call it.
const file = "a header profile"

func read(path string) ([]byte, error) {
	text, err := textfile.Read(path, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%q is neither a header profile nor a file: name one of %s, or the path of a file",
			path, strings.Join(Names(), ", "))
	}
	return text, err
}
