package liveview

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// View is what is shown.
type View struct {
	// Doing is what the run does at the moment, Left how long it will go on if nothing is late.
	Doing string
	Left  time.Duration
	Rows  []Row
	// Target and Generator are what the two processes use.
	Target, Generator Usage
	// Lag is how late the generator was at most of late.
	Lag time.Duration
}

// Row is a transport.
type Row struct {
	Name               string
	Clients, Delivered int64
	P50, P99           time.Duration
	// Requests and Bytes are per second, of late; they are shown of the transport that is Running.
	Requests, Bytes float64
	Running         bool
}

// Usage is what a process uses. It is not Known of a target on another host.
type Usage struct {
	CPU   float64 // of one processor
	RSS   int64   // bytes
	Known bool
}

// column is one figure of the table.
type column struct {
	title string
	width int
	text  func(Row) string
}

// columns are in the order in which they are shown. On a narrow terminal the last are left out.
var columns = []column{
	{"delivered", 11, func(r Row) string { return grouped(r.Delivered) }},
	{"p50", 10, func(r Row) string { return latency(r, r.P50) }},
	{"p99", 10, func(r Row) string { return latency(r, r.P99) }},
	{"clients", 9, func(r Row) string { return running(r, grouped(r.Clients)) }},
	{"requests/s", 12, func(r Row) string { return running(r, fmt.Sprintf("%.0f", r.Requests)) }},
	{"kB/s", 10, func(r Row) string { return running(r, fmt.Sprintf("%.1f", r.Bytes/1000)) }},
}

// nameWidth is that of the first column: a transport's name, and the mark of the one that is running.
const nameWidth = 16

// Lines returns the view as lines that are narrower than width, in plain ASCII.
func (v View) Lines(width int) []string {
	lines := []string{"", fmt.Sprintf("%s, about %s left", v.Doing, v.Left.Round(time.Second)), v.header(width)}
	for _, r := range v.Rows {
		lines = append(lines, r.line(width))
	}
	lines = append(lines, fmt.Sprintf("target: %s; generator: %s, late by %s at most", v.Target, v.Generator, milliseconds(v.Lag)))
	for i, line := range lines {
		lines[i] = line[:min(len(line), max(width-1, 0))]
	}
	return lines
}

func (v View) header(width int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s", nameWidth, "")
	for _, c := range fitting(width) {
		fmt.Fprintf(&b, "%*s", c.width, c.title)
	}
	return b.String()
}

func (r Row) line(width int) string {
	var b strings.Builder
	mark := "  "
	if r.Running {
		mark = "> "
	}
	fmt.Fprintf(&b, "%-*s", nameWidth, mark+r.Name)
	for _, c := range fitting(width) {
		fmt.Fprintf(&b, "%*s", c.width, c.text(r))
	}
	return strings.TrimRight(b.String(), " ")
}

// fitting returns the columns that a terminal has room for.
func fitting(width int) []column {
	left := width - 1 - nameWidth
	for i, c := range columns {
		if left -= c.width; left < 0 {
			return columns[:i]
		}
	}
	return columns
}

// String says what a process uses.
func (u Usage) String() string {
	if !u.Known {
		return "not known"
	}
	return fmt.Sprintf("%.0f %% of a CPU, %.1f MB", 100*u.CPU, float64(u.RSS)/1e6)
}

func latency(r Row, d time.Duration) string {
	if r.Delivered == 0 {
		return "-"
	}
	return milliseconds(d)
}

func running(r Row, text string) string {
	if !r.Running {
		return "-"
	}
	return text
}

// milliseconds returns a time with three significant digits.
func milliseconds(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case ms < 10:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 100:
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

// grouped returns a number with its thousands apart.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
