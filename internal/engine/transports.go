package engine

import (
	"context"
	"time"

	"pollpush/internal/headers"
	"pollpush/internal/scenario"
	"pollpush/pkg/ajaxpoll"
	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	"pollpush/pkg/ssepush"
	"pollpush/pkg/transport"
	"pollpush/pkg/wspush"
)

// A Subscriber receives the messages of one topic over one transport.
type Subscriber interface {
	// Subscribe calls sink.Ready once the server has accepted the subscription, then sink.Unit for
	// each unit in order, until ctx is done or the transport fails. It returns nil when ctx ended
	// it. It starts no goroutine that outlives the call.
	Subscribe(ctx context.Context, sink transport.Sink) error
}

// Subscription is what a virtual client subscribes with.
type Subscription struct {
	transport.Subscription
	Dialer   *transport.Dialer
	Endpoint transport.Endpoint
	// Fields are the header fields of its requests, besides those that they must have.
	Fields []exchange.Field
	// Scenario says how it polls, if it does.
	Scenario scenario.Scenario
	// Phase is the client's place in the poll interval, from 0 up to 1; Origin is when the
	// interval that it is a place in begins, known once all are ready.
	Phase  float64
	Origin func() clock.Instant
}

// Subscriber returns the client that subscribes with s over the named transport.
func (s Subscription) Subscriber(name scenario.Transport) Subscriber { return subscribers[name](s) }

// subscribers makes a Subscriber for each transport. A new transport is one row here and one name
// in package scenario.
var subscribers = map[scenario.Transport]func(Subscription) Subscriber{
	scenario.ShortPoll: func(s Subscription) Subscriber {
		return &ajaxpoll.Client{
			Dialer: s.Dialer, Endpoint: s.Endpoint, Subscription: s.Subscription, Fields: s.Fields,
			Pace: s.pace(), KeepAlive: s.Scenario.KeepAlive,
		}
	},
	scenario.LongPoll: func(s Subscription) Subscriber {
		return &ajaxpoll.Client{
			Dialer: s.Dialer, Endpoint: s.Endpoint, Subscription: s.Subscription, Fields: s.Fields,
			Hold: s.Scenario.Hold, KeepAlive: s.Scenario.KeepAlive,
		}
	},
	scenario.SSE: func(s Subscription) Subscriber {
		return &ssepush.Client{Dialer: s.Dialer, Endpoint: s.Endpoint, Subscription: s.Subscription, Fields: s.Fields}
	},
	scenario.WebSocket: func(s Subscription) Subscriber {
		return &wspush.Client{
			Dialer: s.Dialer, Endpoint: s.Endpoint, Subscription: s.Subscription, Fields: s.Fields,
			Deflate: wspush.Deflate(s.Scenario.Deflate),
		}
	},
}

// kinds says which of a header profile's requests a transport makes.
var kinds = map[scenario.Transport]headers.Kind{
	scenario.ShortPoll: headers.Fetch,
	scenario.LongPoll:  headers.Fetch,
	scenario.SSE:       headers.EventSource,
	scenario.WebSocket: headers.WebSocket,
}

// Fields returns the header fields of a transport's requests to a target.
func Fields(p headers.Profile, s scenario.Scenario, name scenario.Transport, to transport.Endpoint) []exchange.Field {
	return p.Request(kinds[name], s.OverHTTP2(name), to.Origin())
}

// pace returns when the client's short polls leave.
func (s Subscription) pace() ajaxpoll.Pace {
	origin, interval := s.Origin, s.Scenario.PollInterval // and not all of s, which is large
	offset := time.Duration(s.Phase * float64(interval))
	if s.Scenario.PollPacing == scenario.FixedDelay {
		return func(tick int, answered clock.Instant) clock.Instant {
			if tick == 0 {
				return origin().Add(offset)
			}
			return answered.Add(interval)
		}
	}
	return func(tick int, _ clock.Instant) clock.Instant {
		return origin().Add(offset + time.Duration(tick)*interval)
	}
}
