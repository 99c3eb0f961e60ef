// Package textfile reads the small text files that people write: header profiles, scenarios.
package textfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode"
	"unicode/utf8"
)

// MaxBytes bounds a file.
const MaxBytes = 64 << 10

// Read returns what a file holds. What it is to be, as "a header profile", is said where it cannot be read.
// A file that is not there is fs.ErrNotExist.
func Read(path, what string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // the path is what the user named for this
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, cannotRead(path, what, err)
	}
	defer func() { _ = file.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if err != nil {
		return nil, cannotRead(path, what, err)
	}
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("%s has more than %d bytes, too many for %s: name another file", path, MaxBytes, what)
	}
	return text, nil
}

// cannotRead says why a file cannot be read; the path is not said twice.
func cannotRead(path, what string, err error) error {
	var detail *fs.PathError
	if errors.As(err, &detail) {
		err = detail.Err
	}
	return fmt.Errorf("%s cannot be read as %s (%w): name a file that can", path, what, err)
}

// CheckLine refuses what could end a line early, or play tricks on a terminal that shows it: all that is hidden, and blanks that
// only look like one.
func CheckLine(line, what string) error {
	if !utf8.ValidString(line) {
		return errors.New("the line is not UTF-8: save the file as such")
	}
	for _, r := range line {
		if r != '\t' && !unicode.IsPrint(r) {
			return fmt.Errorf("%+q is no character for %s: take it out", r, what)
		}
	}
	return nil
}
