package trace

import (
	"fmt"
	"io"
	"strings"
	"time"

	"pollpush/internal/headers"
	"pollpush/internal/scenario"
	"pollpush/internal/visible"
)

// Format is how a trace is shown.
type Format string

// The formats.
const (
	Text     Format = "text"
	Markdown Format = "markdown"
	JSON     Format = "json"
)

// Formats returns all formats.
func Formats() []Format { return []Format{Text, Markdown, JSON} }

// Write shows the trace.
func Write(w io.Writer, f Format, t *Trace) error {
	switch f {
	case Text:
		_, err := io.WriteString(w, t.text())
		return err
	case Markdown:
		_, err := io.WriteString(w, t.markdown())
		return err
	case JSON:
		return visible.WriteJSON(w, t)
	}
	return fmt.Errorf("format %q is unknown", f)
}

// Command returns the command line that makes such a trace.
func (s Settings) Command(f Format) string {
	words := []string{"bench trace", string(s.Transport)}
	add := func(flag string, v any) { words = append(words, fmt.Sprintf("--%s %v", flag, v)) }
	d := Default(s.Transport)
	if s.Messages != d.Messages {
		add("messages", s.Messages)
	}
	if s.Rate != d.Rate {
		add("rate", s.Rate)
	}
	if s.PayloadBytes != d.PayloadBytes {
		add("payload", s.PayloadBytes)
	}
	if s.Transport == scenario.ShortPoll && s.PollInterval != d.PollInterval {
		add("poll-interval", s.PollInterval)
	}
	if s.Transport == scenario.LongPoll && s.Hold != d.Hold {
		add("hold", s.Hold)
	}
	if s.Transport.Polls() && !s.KeepAlive {
		words = append(words, "--keepalive=false")
	}
	if s.TLS {
		words = append(words, "--tls")
	}
	if f != Text {
		add("format", f)
	}
	return strings.Join(words, " ")
}

// Default returns the settings of a trace that is told nothing but its transport: short enough to
// watch, and long enough that polls come back empty, too.
func Default(name scenario.Transport) Settings {
	return Settings{
		Transport: name, Messages: 3, Rate: 1, PayloadBytes: 100,
		PollInterval: 500 * time.Millisecond, Hold: 700 * time.Millisecond, KeepAlive: true,
		Headers: headers.Default,
	}
}

// transportNames are what readers call the transports.
var transportNames = map[scenario.Transport]string{
	scenario.ShortPoll: "short polling", scenario.LongPoll: "long polling",
	scenario.SSE: "Server-Sent Events", scenario.WebSocket: "WebSocket",
}

// title says what is shown.
func (t *Trace) title() string {
	return "What " + transportNames[t.Settings.Transport] + " sends"
}

// introduction says how to read it.
func (t *Trace) introduction() []string {
	s := t.Settings
	asked := fmt.Sprintf("One client over HTTP/1.1, %s of %s, %s a second", plural(s.Messages, "message"), plural(s.PayloadBytes, "byte"), fmt.Sprint(s.Rate))
	switch s.Transport {
	case scenario.ShortPoll:
		asked += fmt.Sprintf(", a poll every %s", s.PollInterval)
	case scenario.LongPoll:
		asked += fmt.Sprintf(", polls held for %s", s.Hold)
	case scenario.SSE, scenario.WebSocket:
	}
	if s.Transport.Polls() && !s.KeepAlive {
		asked += ", a connection for each poll"
	}
	lines := []string{
		asked + ". The exchange as it was on the wire, in order.",
		"Each step has its time since the client began to connect, its direction, its bytes on the connection, and whether it belongs to the " +
			"set-up, to the steady state or to the closing. Under it stand its pieces: how many bytes, of which layer, and what they are. " +
			`\r and \n are the bytes 0d and 0a, which end lines. A remark is made where something is met for the first time.`,
	}
	if t.TLS != nil {
		lines = append(lines, "Over TLS 1.3: the steps show the records of its handshake, and then what is inside of TLS. "+
			"On the wire each write is wrapped in records, 22 bytes longer than what they carry; the totals at the end have them.")
	}
	return lines
}

// tlsSentence says what TLS took beside the steps.
func (t *Trace) tlsSentence() string {
	return fmt.Sprintf("TLS: %s in full, %d resumed. Of its bytes the steps show %s up and %s down of handshake. Not shown are %s up and %s down of later "+
		"tickets and alerts, and %s up and %s down that carried the steps, 22 bytes longer than these.",
		plural(t.TLS.Full, "handshake"), t.TLS.Resumed, thousands(t.TLS.HandshakeUp), thousands(t.TLS.HandshakeDown),
		thousands(t.TLS.LaterUp), thousands(t.TLS.LaterDown), plural(t.TLS.RecordsUp, "record"), thousands(t.TLS.RecordsDown))
}

// verdict says whether the pieces add up to what the client booked.
func (t *Trace) verdict() []string {
	if len(t.Differences) == 0 {
		return []string{"The client's own ledger and the bytes counted on the socket say the same, to the byte."}
	}
	lines := []string{"THE TRACE AND THE CLIENT'S OWN LEDGER DIFFER. One of them is wrong:"}
	return append(lines, t.Differences...)
}

// arrows are the directions as they are shown.
var arrows = map[Direction]string{Up: "client → server", Down: "server → client", "": "both"}

// totalRows are the totals: the layers that are met, and their sum.
func (t *Trace) totalRows() [][]string {
	var rows [][]string
	row := func(name string, pick func(s Sum) (up, down int64)) {
		cells := []string{name}
		for _, s := range []Sum{t.Totals.SetUp, t.Totals.Steady, t.Totals.Closing, t.Totals.All} {
			up, down := pick(s)
			cells = append(cells, thousands(up), thousands(down))
		}
		rows = append(rows, cells)
	}
	for _, l := range Layers() {
		if l == Records && t.TLS == nil {
			continue
		}
		row(string(l), func(s Sum) (up, down int64) { return l.of(s.Up), l.of(s.Down) })
	}
	row("all", func(s Sum) (up, down int64) { return s.Up.Socket(), s.Down.Socket() })
	return rows
}
