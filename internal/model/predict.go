package model

import "pollpush/internal/scenario"

// Prediction is what one client sees and costs. What is a rate is per second.
type Prediction struct {
	Latency  Law
	Requests float64 // polls a second; a push makes none
	Empty    float64 // share of the polls that bring nothing
	Held     float64 // share of the polls that find nothing, and are held
	// Batch is the messages in an answer that brings any; 0 for a push, which has no answers.
	Batch       float64
	Connections float64 // TCP connections opened a second
	Up, Down    Direction
	CPU         float64 // processor seconds a second, of the server
}

// Socket returns the bytes a second on the socket, both directions.
func (p Prediction) Socket() float64 { return p.Up.Socket() + p.Down.Socket() }

// Predict returns what follows from in.
func Predict(in Input) Prediction {
	var p Prediction
	switch in.Transport {
	case scenario.ShortPoll:
		p = shortPoll(in)
	case scenario.LongPoll:
		p = longPoll(in)
	default:
		p = push(in)
	}
	p.Connections = connections(in, p.Requests)
	p.Up, p.Down = traffic(in, p)
	p.CPU = in.Host.load(in, p)
	return p
}

// connections returns how many are opened a second: one for each poll, or one for each session.
func connections(in Input, requests float64) float64 {
	switch {
	case in.Transport.Polls() && !in.KeepAlive:
		return requests
	case in.Session > 0:
		return 1 / in.Session.Seconds()
	}
	return 0
}
