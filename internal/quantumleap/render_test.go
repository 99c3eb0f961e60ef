package quantumleap

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pollpush/internal/golden"
	"pollpush/internal/report"
	"pollpush/internal/result"
)

// load reads a Leap that was really made, with 20 and 40 clients; its histograms were taken out.
func load(t *testing.T) *Leap {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "leap.json"))
	if err != nil {
		t.Fatal(err)
	}
	l := new(Leap)
	if err := json.Unmarshal(text, l); err != nil {
		t.Fatal(err)
	}
	return l
}

// invalidate makes a turn invalid, as a run that went wrong would have.
func invalidate(c *Crowd, turn int, reason string) {
	trial := &c.Turns[turn].Result.Trials[0]
	trial.Verdict = result.Verdict{State: result.Invalid, Reasons: []string{reason}}
	for _, t := range c.Turns {
		t.Figures.Headers.TimesWebSocket, t.Figures.Sockets.TimesWebSocket = nil, nil
		t.Figures.Packets.TimesWebSocket = nil
	}
	c.compare()
}

func TestGolden(t *testing.T) {
	for _, c := range []struct {
		name   string
		format report.Format
		change func(*Leap)
	}{
		{"leap.txt", report.Table, func(*Leap) {}},
		{"leap.md", report.Markdown, func(*Leap) {}},
		{"not all.txt", report.Table, func(l *Leap) {
			invalidate(&l.Measured[1], 1, "3 of 200 messages were lost")
			l.Measured = append(l.Measured, Crowd{Clients: 10_000, Problem: "--clients 10000 needs 10064 open files, the limit is 1024"})
			l.Computed = compute(l.Measured)
		}},
		{"no WebSocket.md", report.Markdown, func(l *Leap) {
			invalidate(&l.Measured[0], 4, "cut | short:\n<nothing>")
			l.Measured[1].Turns = l.Measured[1].Turns[:1]
			l.Complete, l.Computed = false, nil
		}},
		{"another paper.txt", report.Table, func(l *Leap) {
			l.Paper = paperTable(Head{Bytes: 938, Characters: 900})
			l.Measured[0].Turns[2] = Turn{Variant: Variants()[2], Problem: "target: it did not start within 15s"}
			l.Measured[1].Turns[0].Figures.Packets = nil // as on a system that does not tell
			l.Measured[1].Turns[4].Figures.Packets = nil
			for _, turn := range l.Measured[1].Turns {
				if turn.Figures.Packets != nil {
					turn.Figures.Packets.TimesWebSocket = nil
				}
			}
			l.Computed = compute(l.Measured)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := load(t)
			c.change(l)
			var b bytes.Buffer
			if err := l.Write(&b, c.format); err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, c.name, b.String())
		})
	}
}

// The JSON is the Leap itself, each turn with its result.
func TestJSON(t *testing.T) {
	want := load(t)
	var b bytes.Buffer
	if err := want.Write(&b, report.JSON); err != nil {
		t.Fatal(err)
	}
	got := new(Leap)
	if err := json.Unmarshal(b.Bytes(), got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.Schema != Schema || got.Measured[0].Turns[0].Result.Schema != result.Schema {
		t.Errorf("schemas %q and %q", got.Schema, got.Measured[0].Turns[0].Result.Schema)
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := load(t).Write(new(bytes.Buffer), "pdf"); err == nil || !strings.Contains(err.Error(), "pdf") {
		t.Errorf("pdf: %v", err)
	}
}

// What is computed is a multiple of the largest crowd that was measured well, and of nothing else.
func TestCompute(t *testing.T) {
	l := load(t)
	small, large := l.Measured[0], l.Measured[1]
	if c := compute(l.Measured); c.From != 40 || c.Clients != 100_000 || c.Rates[4].Headers != 2500*large.Turns[4].Figures.Headers.BitsPerSecond {
		t.Errorf("%+v", c)
	}
	invalidate(&large, 0, "lost")
	if c := compute([]Crowd{small, large}); c == nil || c.From != 20 {
		t.Errorf("from an invalid crowd: %+v", c)
	}
	if c := compute([]Crowd{large}); c != nil {
		t.Errorf("from nothing: %+v", c)
	}
	small.Clients = 100_000
	if c := compute([]Crowd{small}); c != nil {
		t.Errorf("what was measured is computed: %+v", c)
	}
}

func TestWorst(t *testing.T) {
	l := load(t)
	if got := l.Worst(); got != result.Valid {
		t.Errorf("%q", got)
	}
	for _, state := range []result.State{result.Suspect, result.Invalid} {
		l.Measured[0].Turns[1].Result.Trials[0].Verdict.State = state
		if got := l.Worst(); got != state {
			t.Errorf("%q, want %q", got, state)
		}
		l.Measured[0].Turns[0].Result.Trials[0].Verdict.State = state
	}
}
