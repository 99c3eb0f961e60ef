// Package liveview shows on a terminal what a run does at the moment: some lines that are painted again and again
// in one place, below all that is written meanwhile, and gone when the run is over.
package liveview

import (
	"io"
	"strings"
	"sync"
)

// Screen is a terminal with lines at its bottom that are repainted. It is safe for concurrent use.
type Screen struct {
	mu    sync.Mutex
	w     io.Writer
	lines []string // as they stand now, the cursor below them
}

// NewScreen returns a screen that shows nothing yet. w must be a terminal that knows ANSI escape sequences.
func NewScreen(w io.Writer) *Screen { return &Screen{w: w} }

// Paint shows lines in place of those before. Each must be narrower than the terminal.
func (s *Screen) Paint(lines []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	erased := s.erase()
	s.lines = lines
	_, err := io.WriteString(s.w, erased+s.text())
	return err
}

// Clear takes the lines away.
func (s *Screen) Clear() error { return s.Paint(nil) }

// Write writes text, which should end its last line, above the lines.
func (s *Screen) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := io.WriteString(s.w, s.erase()+string(text)+s.text()); err != nil {
		return 0, err
	}
	return len(text), nil
}

// erase returns what takes the lines away and leaves the cursor where the first of them began.
func (s *Screen) erase() string {
	if len(s.lines) == 0 {
		return ""
	}
	const up, toEnd = "\x1b[A", "\x1b[J"
	return "\r" + strings.Repeat(up, len(s.lines)) + toEnd
}

func (s *Screen) text() string {
	if len(s.lines) == 0 {
		return ""
	}
	return strings.Join(s.lines, "\n") + "\n"
}
