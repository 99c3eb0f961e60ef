package result

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes the result as indented JSON.
func (r Result) Write(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// Read reads a result. Fields that it does not know are ignored; another schema is refused.
func Read(r io.Reader) (Result, error) {
	var result Result
	if err := json.NewDecoder(r).Decode(&result); err != nil {
		return Result{}, fmt.Errorf("result: %w", err)
	}
	if result.Schema != Schema {
		return Result{}, fmt.Errorf("result: schema %q, want %q", result.Schema, Schema)
	}
	return result, nil
}

// File is a place for a result that is known to be writable before there is one. What stood
// there stays until Commit.
type File struct {
	path string
	temp *os.File
}

// Create opens a temporary file beside path.
func Create(path string) (*File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".pollpush-*.json")
	if err != nil {
		var reason *fs.PathError
		if errors.As(err, &reason) {
			err = reason.Err // the path in it is not the one that was asked for
		}
		return nil, fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return &File{path: path, temp: temp}, nil
}

// Commit has the file written and puts it in place, whole or not at all.
func (f *File) Commit(write func(io.Writer) error) error {
	err := write(f.temp)
	if err == nil {
		err = f.temp.Chmod(0o644)
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
