package trace

import (
	"fmt"

	"pollpush/internal/scenario"
)

// summary says in sentences what was handshake and set-up, and what is steady.
func (t *Trace) summary(steady tally) []string {
	return []string{t.setUpSentence(), t.steadySentence(steady)}
}

func (t *Trace) setUpSentence() string {
	set := t.Totals.SetUp
	secure := ""
	if t.TLS != nil {
		secure = ", 1 TLS handshake"
	}
	sizes := fmt.Sprintf("%s bytes up and %s down", thousands(set.Up.Socket()), thousands(set.Down.Socket()))
	switch t.Settings.Transport {
	case scenario.WebSocket:
		return "Handshake, once for the whole session: 1 TCP connection" + secure + " and 1 HTTP exchange that upgrades it, " + sizes + "."
	case scenario.SSE:
		return "Set-up, once for the whole stream: 1 TCP connection" + secure + ", 1 request and the head of its answer, " + sizes + "."
	case scenario.ShortPoll, scenario.LongPoll:
	}
	return "Set-up, once: 1 TCP connection" + secure + " and a first poll that asks for what is there already, " + sizes + "."
}

func (t *Trace) steadySentence(n tally) string {
	up, down := t.Totals.Steady.Up, t.Totals.Steady.Down
	if n.messages == 0 {
		return "Steady: no message came."
	}
	payload := up.Payload + down.Payload
	each := func(bytes int64) string {
		if bytes%int64(n.messages) == 0 {
			return thousands(bytes / int64(n.messages))
		}
		return fmt.Sprintf("%.1f", float64(bytes)/float64(n.messages))
	}
	beside := fmt.Sprintf("%s bytes for each message, beside its own %s", each(up.Socket()+down.Socket()-payload), each(payload))
	if t.TLS != nil {
		beside += " and with TLS in it"
	}
	messages, quiet := plural(n.messages, "message"), ""
	if up.Socket() == 0 {
		quiet = " Nothing goes up."
	}
	switch t.Settings.Transport {
	case scenario.WebSocket:
		return "Steady: " + messages + ", each in a frame of its own, and no HTTP any more: " + beside + "." + quiet
	case scenario.SSE:
		return "Steady: " + messages + ", each an event of the one answer that does not end, and no further request: " + beside + "." + quiet
	case scenario.ShortPoll, scenario.LongPoll:
	}
	connections := ""
	if !t.Settings.KeepAlive {
		connections = " Each poll also makes a TCP connection of its own, whose packets are not in these bytes."
	}
	empty := "none"
	if n.empty > 0 {
		empty = thousands(n.empty)
	}
	return fmt.Sprintf("Steady: %s for %s, %s of them answered empty, and each with all its headers again: %s.%s",
		plural(n.polls, "poll"), messages, empty, beside, connections)
}
