package main

import (
	"path/filepath"
	"testing"

	"pollpush/internal/golden"
	"pollpush/internal/reference"
)

// What is published of the commands is what the code says. Write it anew with go generate.
func TestReference(t *testing.T) {
	page, err := reference.CommandPage(rootCommand())
	if err != nil {
		t.Fatal(err)
	}
	golden.CompareFile(t, filepath.Join("..", "..", "docs", "reference", "target.md"), page)
}
