package forecast

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/report"
	"pollpush/internal/scenario"
)

// Cell is one place of a map: what all clients take at a rate of messages and a poll interval. What the
// scenario's transports leave out is not there.
type Cell struct {
	Rate      float64       `json:"rate_per_second"`    // messages on a topic
	Interval  time.Duration `json:"poll_interval_ns"`   // between two polls
	Mean      time.Duration `json:"short_poll_mean_ns"` // how late polling is
	Short     Cost          `json:"short_poll"`
	SSE       *Cost         `json:"sse,omitempty"`
	WebSocket *Cost         `json:"websocket,omitempty"`
	// Fewer is who takes fewer bytes in IP packets, short polling or the push of the map's title.
	Fewer  scenario.Transport `json:"fewer_ip_bytes"`
	Factor float64            `json:"factor"` // how many times as many the other one takes
}

// Cost is bytes a second, both directions.
type Cost struct {
	Bytes float64 `json:"socket_bytes_per_second"` // on the sockets
	IP    float64 `json:"ip_bytes_per_second"`     // in IP packets
}

// mapRates and mapIntervals span what applications ask for. What the scenario asks for is put between.
var (
	mapRates     = []float64{0.001, 0.01, 0.1, 1, 10, 100}
	mapIntervals = []time.Duration{200 * time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute}
)

// AddMap adds a map over rates and intervals.
func (f *Forecast) AddMap() error {
	if _, ok := f.push(); !ok || !f.question.asks(scenario.ShortPoll) {
		return errors.New("--map compares short polling with a push: name short-poll and websocket or sse in --transports")
	}
	intervals := slices.DeleteFunc(including(mapIntervals, f.Scenario.PollInterval), func(d time.Duration) bool { return d > f.Session })
	for _, rate := range including(mapRates, f.Scenario.Rate) {
		for _, interval := range intervals {
			f.Map = append(f.Map, f.cell(rate, interval))
		}
	}
	return nil
}

// including returns sorted values with one more among them.
func including[T float64 | time.Duration](values []T, v T) []T {
	return slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(values), v))))
}

// push returns the push that a map compares with: WebSocket if it is asked about.
func (f *Forecast) push() (scenario.Transport, bool) {
	for _, t := range []scenario.Transport{scenario.WebSocket, scenario.SSE} {
		if f.question.asks(t) {
			return t, true
		}
	}
	return "", false
}

func (f *Forecast) cell(rate float64, interval time.Duration) Cell {
	predict := func(t scenario.Transport) (model.Prediction, Cost) {
		in := f.input(t)
		in.Rate, in.Interval = rate, interval
		p, n := model.Predict(in), float64(f.Scenario.Clients)
		return p, Cost{Bytes: n * p.Socket(), IP: n * model.IPBytes(p)}
	}
	short, cost := predict(scenario.ShortPoll)
	c := Cell{Rate: rate, Interval: interval, Mean: short.Latency.Mean(), Short: cost}
	for t, of := range map[scenario.Transport]**Cost{scenario.SSE: &c.SSE, scenario.WebSocket: &c.WebSocket} {
		if f.question.asks(t) {
			_, cost := predict(t)
			*of = &cost
		}
	}
	push, rival := scenario.WebSocket, c.WebSocket
	if rival == nil {
		push, rival = scenario.SSE, c.SSE
	}
	if c.Fewer, c.Factor = push, c.Short.IP/rival.IP; c.Factor < 1 {
		c.Fewer, c.Factor = scenario.ShortPoll, 1/c.Factor
	}
	return c
}

func mapTitle(f *Forecast) string {
	push, _ := f.push()
	return fmt.Sprintf("Who takes fewer bytes in IP packets, short polling or %s, and by what factor. Computed by the model, nothing was measured", report.Title(push))
}

// mapNotes say how to read one.
var mapNotes = []string{
	"poll 2.0× says that the push takes 2.0 times the bytes of polling, push 2.0× the other way round. How late polling is on average stands under its interval: it does not depend on the rate.",
}

// mapGrid is the map as a table: a row for each rate, a column for each interval.
func (f *Forecast) mapGrid() report.Grid {
	header, late := []string{"Messages a second \\ poll every"}, []string{"polling is late by"}
	rows := [][]string{}
	for i, c := range f.Map {
		if c.Rate == f.Map[0].Rate {
			header, late = append(header, c.Interval.String()), append(late, span(c.Mean))
		}
		if i == 0 || c.Rate != f.Map[i-1].Rate {
			rows = append(rows, []string{strconv.FormatFloat(c.Rate, 'g', -1, 64)})
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], winner(c))
	}
	return report.Grid{Labels: 1, Rows: append([][]string{header, late}, rows...)}
}

func winner(c Cell) string {
	who := "push"
	if c.Fewer == scenario.ShortPoll {
		who = "poll"
	}
	return fmt.Sprintf("%s %s×", who, number(c.Factor))
}
