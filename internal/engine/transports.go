package engine

import (
	"context"
	"time"

	"pollpush/internal/scenario"
	"pollpush/pkg/ajaxpoll"
	"pollpush/pkg/clock"
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

// subscription is what a virtual client subscribes with.
type subscription struct {
	dialer   *transport.Dialer
	endpoint transport.Endpoint
	transport.Subscription
	scenario scenario.Scenario
	// phase is the client's place in the poll interval, from 0 up to 1; origin is when the
	// interval that it is a place in begins, known once all are ready.
	phase  float64
	origin func() clock.Instant
}

// subscribers makes a Subscriber for each transport. A new transport is one row here and one name
// in package scenario.
var subscribers = map[scenario.Transport]func(subscription) Subscriber{
	scenario.ShortPoll: func(s subscription) Subscriber {
		return &ajaxpoll.Client{
			Dialer: s.dialer, Endpoint: s.endpoint, Subscription: s.Subscription,
			Pace: s.pace(), KeepAlive: s.scenario.KeepAlive,
		}
	},
	scenario.LongPoll: func(s subscription) Subscriber {
		return &ajaxpoll.Client{
			Dialer: s.dialer, Endpoint: s.endpoint, Subscription: s.Subscription,
			Hold: s.scenario.Hold, KeepAlive: s.scenario.KeepAlive,
		}
	},
	scenario.SSE: func(s subscription) Subscriber {
		return &ssepush.Client{Dialer: s.dialer, Endpoint: s.endpoint, Subscription: s.Subscription}
	},
	scenario.WebSocket: func(s subscription) Subscriber {
		return &wspush.Client{Dialer: s.dialer, Endpoint: s.endpoint, Subscription: s.Subscription}
	},
}

// pace returns when the client's short polls leave.
func (s subscription) pace() ajaxpoll.Pace {
	interval := s.scenario.PollInterval
	offset := time.Duration(s.phase * float64(interval))
	if s.scenario.PollPacing == scenario.FixedDelay {
		return func(tick int, answered clock.Instant) clock.Instant {
			if tick == 0 {
				return s.origin().Add(offset)
			}
			return answered.Add(interval)
		}
	}
	return func(tick int, _ clock.Instant) clock.Instant {
		return s.origin().Add(offset + time.Duration(tick)*interval)
	}
}
