package quantumleap

import "strconv"

// What the paper's exchange comes to: the 692 and 179 characters that the paper counts, which are 871,
// and the 909 bytes that it has on the wire. A replay is checked by it, and no figure is made from it.
var paperRequest, paperAnswer = Head{Bytes: 716, Characters: 692}, Head{Bytes: 193, Characters: 179}

// frameBytes is what the paper counts for a message over WebSocket: the header of a frame from a
// server, with up to 125 bytes of payload (RFC 6455 section 5.2).
const frameBytes = 2

// paperClients are the paper's use cases: so many clients, each of which gets a message a second.
var paperClients = []int{1_000, 10_000, 100_000}

// Line is a line of the paper's table: what a message costs, and what that makes for each use case.
type Line struct {
	What  string `json:"what"`
	Bytes int64  `json:"bytes_per_message"`
	Cells []Cell `json:"cells"`
}

// Cell is one use case. The paper speaks of Mbps, and means 2^20 bit/s.
type Cell struct {
	Clients       int    `json:"clients"`
	BitsPerSecond int64  `json:"bits_per_second"`
	Mbps          string `json:"mbps"`            // rounded as the paper rounds
	Paper         string `json:"paper,omitempty"` // what it prints; empty where it has no such cell
}

// Agrees reports whether the cell is what the paper prints, if it does.
func (c Cell) Agrees() bool { return c.Paper == "" || c.Paper == c.Mbps }

// paperTable computes the paper's table from what a replay of its exchange came to, and a line that it
// does not have: the same exchange with its line ends.
func paperTable(exchange Head) []Line {
	return []Line{
		line("polling, as the paper counts", exchange.Characters, roundPolls, "6.6", "66", "665"),
		line("WebSocket, as the paper counts", frameBytes, roundFrames, "0.015", "0.153", "1.526"),
		line("polling, with its line ends", exchange.Bytes, roundPolls, "", "", ""),
	}
}

func line(what string, bytes int64, round func(float64) string, paper ...string) Line {
	l := Line{What: what, Bytes: bytes}
	for i, clients := range paperClients {
		bits := bytes * int64(clients) * 8
		l.Cells = append(l.Cells, Cell{
			Clients: clients, BitsPerSecond: bits, Mbps: round(float64(bits) / (1 << 20)), Paper: paper[i],
		})
	}
	return l
}

// roundPolls rounds as the paper does with polls: to one digit behind the point below 10, and to whole
// numbers from there.
func roundPolls(mbps float64) string {
	if mbps < 10 {
		return strconv.FormatFloat(mbps, 'f', 1, 64)
	}
	return strconv.FormatFloat(mbps, 'f', 0, 64)
}

// roundFrames rounds as the paper does with frames: to three digits behind the point.
func roundFrames(mbps float64) string { return strconv.FormatFloat(mbps, 'f', 3, 64) }
