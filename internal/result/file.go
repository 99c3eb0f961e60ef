package result

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"pollpush/internal/visible"
)

// Write writes the result as indented JSON. What a terminal would obey is escaped in it.
func (r Result) Write(w io.Writer) error { return visible.WriteJSON(w, r) }

// Read reads the one result that is there. Fields that it does not know are ignored; another schema is refused.
func Read(r io.Reader) (Result, error) {
	var result Result
	decoder := json.NewDecoder(r)
	switch err := decoder.Decode(&result); {
	case errors.Is(err, io.EOF):
		return Result{}, errors.New("result: it is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Result{}, errors.New("result: it is cut short")
	case err != nil:
		return Result{}, fmt.Errorf("result: %w", err)
	}
	if result.Schema != Schema {
		return Result{}, fmt.Errorf("result: schema %q, want %q", result.Schema, Schema)
	}
	if decoder.More() {
		return Result{}, errors.New("result: something follows it, and a file holds one result")
	}
	return result, nil
}

// File is a place for a result that is known to be writable before there is one. What stood
// there stays until Commit.
type File struct {
	path string
	mode fs.FileMode
	temp *os.File
}

// Create opens a temporary file beside path. A file that is replaced leaves its permissions to the new one,
// and a link stays one: what it points to is replaced.
func Create(path string) (*File, error) {
	mode, place := fs.FileMode(0o644), path
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is no regular file", path)
		}
		mode = info.Mode().Perm()
		if place, err = filepath.EvalSymlinks(path); err != nil {
			return nil, fmt.Errorf("%s cannot be written: %w", path, err)
		}
	}
	temp, err := os.CreateTemp(filepath.Dir(place), ".pollpush-*")
	if err != nil {
		var reason *fs.PathError
		if errors.As(err, &reason) {
			err = reason.Err // the path in it is not the one that was asked for
		}
		return nil, fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return &File{path: place, mode: mode, temp: temp}, nil
}

// Commit has the file written and puts it in place, whole or not at all.
func (f *File) Commit(write func(io.Writer) error) error {
	err := write(f.temp)
	if err == nil {
		err = f.temp.Chmod(f.mode)
	}
	if closeErr := f.temp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.temp.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(f.temp.Name()) // the first error is the one to tell
	}
	return err
}

// Discard takes the temporary file away. It does nothing after Commit, or when there is none.
func (f *File) Discard() {
	if f == nil {
		return
	}
	_ = f.temp.Close()           // closed already after Commit
	_ = os.Remove(f.temp.Name()) // renamed already after Commit
}
