package main

import (
	"strconv"
	"time"

	"pollpush/internal/scenario"
)

// job is what generators are compared at.
type job struct {
	name      string
	transport scenario.Transport
	clients   int
	interval  time.Duration // between a client's answer and its next poll; 0 for none
	rate      float64       // messages a second on each topic; 0 for none
	own       bool          // each client has a topic of its own, or there is one
}

// The names of the jobs.
const (
	sockets = "websocket"   // each client follows the topic over WebSocket
	own     = "own-topics"  // each client follows a topic of its own over WebSocket, and messages come one by one
	polls   = "short-poll"  // each client polls once a second, takes the messages and moves its cursor
	closed  = "closed-loop" // each client polls as soon as it was answered; all answers are empty
)

// jobs returns what is compared. There are as many clients as make a generator's own memory small beside theirs.
func jobs(s size) []job {
	return []job{
		{name: sockets, transport: scenario.WebSocket, clients: either(s, 20, 2000), rate: either(s, 20.0, 2.0)},
		{name: own, transport: scenario.WebSocket, clients: either(s, 20, 2000), rate: either(s, 20.0, 2.0), own: true},
		{name: polls, transport: scenario.ShortPoll, clients: either(s, 20, 2000), interval: either(s, 200*time.Millisecond, time.Second), rate: either(s, 20.0, 1.0)},
		{name: closed, transport: scenario.ShortPoll, clients: either(s, 20, 1000)},
	}
}

// fewClients is how many there are in the run whose memory is taken for what a generator needs without any.
const fewClients = 10

// work is one run of a job.
type work struct {
	job
	clients int
	// settle passes from when all clients are connected to the window that is measured.
	settle, window time.Duration
	// service and admin are the URLs of the target.
	service, admin string
	// folder is where the tool may put its files.
	folder string
	// wall is how far the wall clock is ahead of the clock that messages are stamped by.
	wall time.Duration
}

// topics is how many topics there are.
func (w work) topics() int {
	if w.own {
		return w.clients
	}
	return 1
}

// length is how long a tool must go on for after it has connected: a second longer than what is looked at.
func (w work) length() time.Duration { return w.settle + w.window + time.Second }

// connecting is how long a tool may take to connect all clients, if it cannot wait for that itself.
func (w work) connecting() time.Duration {
	return 3*time.Second + time.Duration(w.clients)*2*time.Millisecond
}

// pollPath is what those poll that cannot keep a cursor.
const pollPath = "/poll?topic=0&after=0"

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
}
