package quantumleap

import (
	"fmt"
	"strings"

	"pollpush/internal/report"
	"pollpush/internal/scenario"
)

// count formats a count with its thousands grouped.
func count(n int64) string { return report.Grouped(n) }

// rate formats bits per second.
func rate(bits float64) string { return count(int64(bits + 0.5)) }

// clients names a number of clients.
func clients(n int) string {
	if n == 1 {
		return "1 client"
	}
	return count(int64(n)) + " clients"
}

// capital makes the first letter a capital one.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// agreement says whether the paper's cells were found again.
func (l *Leap) agreement() string {
	cells, differing := 0, 0
	for _, line := range l.Paper {
		for _, c := range line.Cells {
			if c.Paper != "" {
				cells++
			}
			if !c.Agrees() {
				differing++
			}
		}
	}
	rounding := "Its Mbps are 2^20 bit/s, with three digits behind the point for WebSocket, and for polling with one below 10 and none above."
	if differing > 0 {
		return fmt.Sprintf("%d of the paper's %d cells DO NOT AGREE with what is computed. %s", differing, cells, rounding)
	}
	return fmt.Sprintf("All %d cells agree with the paper, to its own rounding. %s", cells, rounding)
}

// sentences say what the figures say. Only crowds whose figures may all be used have a say.
func (l *Leap) sentences() []string {
	texts := []string{l.counted()}
	c := basis(l.Measured)
	if c == nil {
		return append(texts, "Nothing was measured here that could be set beside it.")
	}
	texts = append(texts, c.replica())
	if pushed := c.Turns[len(c.Turns)-1].Figures; pushed.Packets != nil {
		texts = append(texts, c.inPackets(), frameShare(*pushed))
	}
	return texts
}

// counted says what the paper counted and what it left out.
func (l *Leap) counted() string {
	e := l.Replay.Together()
	return fmt.Sprintf("The paper sets %d characters of headers for a poll against %d bytes of framing for a message over WebSocket: %.1f to 1. "+
		"It leaves out the %d line-end bytes of these headers (%d on the wire), the messages themselves, and TCP/IP. It is a model: nothing in it was measured.",
		e.Characters, frameBytes, float64(e.Characters)/frameBytes, e.Bytes-e.Characters, e.Bytes)
}

// replica says what the paper's header fields come to here.
func (c Crowd) replica() string {
	polled, pushed := c.paperTurn().Figures, c.Turns[len(c.Turns)-1].Figures
	text := fmt.Sprintf("With the paper's header fields, %s polling here took %s bytes of headers for each message, and %s of framing over WebSocket: %s to 1, counted as the paper does. All bytes on the sockets are %s to 1",
		clients(c.Clients), report.Significant(polled.Headers.BytesPerMessage), report.Significant(pushed.Headers.BytesPerMessage),
		polled.Headers.times(), polled.Sockets.times())
	if polled.Packets == nil || polled.Packets.TimesWebSocket == nil {
		return text + "."
	}
	return text + fmt.Sprintf(", and the TCP/IP packets that carried them %s to 1.", polled.Packets.times())
}

// paperTurn returns the turn with the paper's header fields.
func (c Crowd) paperTurn() Turn {
	for _, t := range c.Turns {
		if t.Variant.Headers == paperProfile {
			return t
		}
	}
	return Turn{}
}

// inPackets says what TCP/IP makes of each variant's ratio.
func (c Crowd) inPackets() string {
	var parts []string
	for _, t := range c.Turns[:len(c.Turns)-1] {
		if p := t.Figures.Packets; p != nil {
			parts = append(parts, fmt.Sprintf("%s becomes %s (%s)", t.Figures.Headers.times(), p.times(), t.Variant.Name))
		}
	}
	return fmt.Sprintf("What TCP/IP packets make of the ratio of headers alone: %s.", strings.Join(parts, ", "))
}

// frameShare says why.
func frameShare(pushed Figures) string {
	return fmt.Sprintf("For WebSocket needs packets, too: %s bytes of them for each message, acknowledgements included. Its framing is %.1f %% of that.",
		report.Significant(pushed.Packets.BytesPerMessage), 100*pushed.Headers.BytesPerMessage/pushed.Packets.BytesPerMessage)
}

func (c Cost) times() string {
	if c.TimesWebSocket == nil {
		return none
	}
	return report.Significant(*c.TimesWebSocket)
}

// conditions say what was measured, and on what.
func (l *Leap) conditions() []string {
	texts := []string{"On: " + report.Machine(l.Tool, l.Host) + "."}
	s, ok := l.scenario()
	if !ok {
		return texts
	}
	return append(texts,
		fmt.Sprintf("One topic; each client gets a message a second, and polls every %s if it polls; a window of %s after %s, each against a fresh target; plain TCP on loopback, with keep-alive.",
			s.PollInterval, s.Duration, s.Warmup),
		fmt.Sprintf("Messages have %d bytes: the paper's %d would not hold their number and due time. The header of a frame is as long for both.", s.PayloadBytes, l.Replay.BodyBytes),
		"Headers over HTTP/2 are the header blocks, as HPACK leaves them; frames are in all bytes on the sockets.",
	)
}

// scenario returns what was measured, if anything was: all turns are alike in what conditions says.
func (l *Leap) scenario() (scenario.Scenario, bool) {
	for _, c := range l.Measured {
		for _, t := range c.Turns {
			if t.Result != nil {
				return t.Result.Scenario, true
			}
		}
	}
	return scenario.Scenario{}, false
}
