package headers

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
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

// maxFileBytes bounds a profile's file; none that a server would take is longer.
const maxFileBytes = 64 << 10

func read(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // the path is what the user named for this
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%q is neither a header profile nor a file: name one of %s, or the path of a file",
			path, strings.Join(Names(), ", "))
	}
	if err != nil {
		return nil, cannotRead(path, err)
	}
	defer func() { _ = file.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	if err != nil {
		return nil, cannotRead(path, err)
	}
	if len(text) > maxFileBytes {
		return nil, fmt.Errorf("%s has more than %d bytes, too many for a header profile: name another file", path, maxFileBytes)
	}
	return text, nil
}

// cannotRead says why a file cannot be read; the path is not said twice.
func cannotRead(path string, err error) error {
	var detail *fs.PathError
	if errors.As(err, &detail) {
		err = detail.Err
	}
	return fmt.Errorf("%s cannot be read as a header profile (%w): name a file that can", path, err)
}
