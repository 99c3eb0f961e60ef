package model

import (
	"math"
	"time"

	"pollpush/internal/scenario"
)

// Host is what a server has, and what things take of it. Zero coefficients say that nothing takes time.
type Host struct {
	Cores int           // C; 0 counts as 1
	Poll  time.Duration // c: processor time of a short poll, from request to answer
	Write time.Duration // w: of writing a message, or a long poll's answer, to one client
	Parse time.Duration // of reading a long poll's request and holding it
}

func (h Host) cores() float64 { return float64(max(1, h.Cores)) }

// load returns what one client takes, in processor seconds a second.
func (h Host) load(in Input, p Prediction) float64 {
	switch in.Transport {
	case scenario.ShortPoll:
		return p.Requests * h.Poll.Seconds()
	case scenario.LongPoll:
		return p.Requests * (h.Write + h.Parse).Seconds()
	}
	return in.Rate * h.Write.Seconds()
}

// Capacity returns how many clients of prediction p take all of the host: C / (processor time a second
// of one), for short polls C T / c. It is infinite where they take nothing. A queue is long before.
func (h Host) Capacity(p Prediction) float64 { return h.cores() / p.CPU }

// Broadcast returns how long after a message was published it is written to the mean one of n clients,
// and to the last. They are written C at a time, so client i is done after ceil(i/C) w; for many clients
// that is n w / 2C on average and n w / C at the end.
func (h Host) Broadcast(n int) (mean, last time.Duration) {
	if n <= 0 {
		return 0, 0
	}
	cores, clients, w := h.cores(), float64(n), float64(h.Write)
	full := math.Floor(clients / cores)
	rest := clients - full*cores
	rounds := cores*full*(full+1)/2 + rest*(full+1)
	return round(w * rounds / clients), round(w * math.Ceil(clients/cores))
}

// Herd returns between which bounds the gap of a long-polling client lies, once n of them are answered
// by the same broadcast and ask again together; gap is what it is without the host's work. Each cycle takes w + p of a processor, so they can
// follow each other no faster than n (w + p) / C apart, nor than one alone would. At worst all others
// are served in between. Few clients are near the lower bound's first term, many near its second: the
// host's own work replaces G rather than being added to it, and the batches grow with it.
func (h Host) Herd(gap time.Duration, n int) (least, most time.Duration) {
	own := h.Write + h.Parse
	work := float64(own) / h.cores()
	least = max(gap+own, round(work*float64(n)))
	most = gap + own + round(work*float64(max(0, n-1)))
	return least, max(least, most)
}
