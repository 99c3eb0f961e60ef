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

// nameWidth is the least of the first column: a transport's name, and the mark of the one that is running.
const nameWidth = 16

// markWidth is how much of that the mark takes.
const markWidth = 2

// Lines returns the view as lines that are narrower than width, in plain ASCII. Names that are too long are shortened, so
// that figures are not.
func (v View) Lines(width int) []string {
	room := max(width-1, 0)
	left := fmt.Sprintf(", about %s left", v.Left.Round(time.Second))
	names := v.nameRoom(room)
	lines := []string{"", shorten(v.Doing, room-len(left)) + left, header(names, room)}
	for _, r := range v.Rows {
		lines = append(lines, r.line(names, room))
	}
	lines = append(lines, wrapped(room, fmt.Sprintf("target: %s;", v.Target), fmt.Sprintf("generator: %s,", v.Generator),
		fmt.Sprintf("late by %s at most", milliseconds(v.Lag)))...)
	for i, line := range lines {
		lines[i] = line[:min(len(line), room)]
	}
	return lines
}

// nameRoom returns the width of the first column: what the longest name takes, as far as the figures leave room.
func (v View) nameRoom(room int) int {
	longest := nameWidth
	for _, r := range v.Rows {
		longest = max(longest, markWidth+len(r.Name))
	}
	for _, c := range fitting(room) {
		room -= c.width
	}
	return max(nameWidth, min(longest, room))
}

func header(names, room int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s", names, "")
	for _, c := range fitting(room) {
		fmt.Fprintf(&b, "%*s", c.width, c.title)
	}
	return b.String()
}

func (r Row) line(names, room int) string {
	var b strings.Builder
	mark := "  "
	if r.Running {
		mark = "> "
	}
	fmt.Fprintf(&b, "%-*s", names, mark+shorten(r.Name, names-markWidth))
	for _, c := range fitting(room) {
		fmt.Fprintf(&b, "%*s", c.width, c.text(r))
	}
	return strings.TrimRight(b.String(), " ")
}

// shorten puts an ellipsis in the middle of a text that is too long: variants differ at the beginning, transports at
// the end.
func shorten(text string, room int) string {
	const ellipsis = "..."
	kept := room - len(ellipsis)
	switch {
	case len(text) <= room:
		return text
	case kept < 2:
		return text[:max(room, 0)]
	}
	return text[:(kept+1)/2] + ellipsis + text[len(text)-kept/2:]
}

// wrapped puts as many parts on a line as there is room for.
func wrapped(room int, parts ...string) []string {
	lines := []string{parts[0]}
	for _, part := range parts[1:] {
		if last := &lines[len(lines)-1]; len(*last)+1+len(part) <= room {
			*last += " " + part
		} else {
			lines = append(lines, part)
		}
	}
	return lines
}

// fitting returns the columns that there is room for.
func fitting(room int) []column {
	left := room - nameWidth
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
