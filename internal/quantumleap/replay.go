package quantumleap

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"pollpush/internal/headers"
	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// replayTimeout bounds a replay, which takes a millisecond.
const replayTimeout = 5 * time.Second

// Replay is the paper's exchange as it crossed a socket.
type Replay struct {
	Request Head `json:"request"`
	Answer  Head `json:"answer"`
	// BodyBytes is the length of the answer's body, which the paper leaves out.
	BodyBytes int64 `json:"body_bytes"`
}

// Head is the head of a request or of an answer, counted in two ways.
type Head struct {
	// Bytes is what the client's ledger books for it.
	Bytes int64 `json:"bytes"`
	// Characters is how many characters of it crossed the connection, line ends left out.
	Characters int64 `json:"characters"`
}

// Together returns the two heads as one.
func (r Replay) Together() Head {
	return Head{r.Request.Bytes + r.Answer.Bytes, r.Request.Characters + r.Answer.Characters}
}

// check returns why the exchange is not the paper's.
func (r Replay) check() error {
	if r.Request == paperRequest && r.Answer == paperAnswer {
		return nil
	}
	got, want := r.Together(), Replay{Request: paperRequest, Answer: paperAnswer}.Together()
	return fmt.Errorf("the replayed exchange is not the paper's: its heads have %d + %d = %d bytes, %d without line ends, and not %d + %d = %d, %d without line ends",
		r.Request.Bytes, r.Answer.Bytes, got.Bytes, got.Characters, paperRequest.Bytes, paperAnswer.Bytes, want.Bytes, want.Characters)
}

// replayPaper replays the paper's exchange, and checks that it comes to what the paper says.
func replayPaper(ctx context.Context) (Replay, error) {
	request, answer, err := headers.Paper()
	if err != nil {
		return Replay{}, err
	}
	r, err := player{request: request, answer: answer}.play(ctx)
	if err != nil {
		return Replay{}, err
	}
	return r, r.check()
}

// player replays an exchange between a client as it is measured everywhere here and a server that knows
// nothing else, on a loopback socket.
type player struct {
	request, answer string // the heads
	// dial opens the connection; nil means TCP.
	dial func(ctx context.Context, network, address string) (net.Conn, error)
}

func (p player) play(ctx context.Context) (Replay, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Replay{}, err
	}
	served := make(chan error, 1)
	go func() { served <- p.serve(listener) }()
	r, err := p.ask(ctx, listener.Addr().String())
	_ = listener.Close() // the server has accepted, or is not going to
	if serveErr := <-served; serveErr != nil && ctx.Err() == nil {
		return Replay{}, serveErr // it is why the client got no answer
	}
	return r, err
}

// ask makes the exchange as a client.
func (p player) ask(ctx context.Context, address string) (Replay, error) {
	ctx, cancel := context.WithTimeout(ctx, replayTimeout)
	defer cancel()
	request, err := parseRequest(p.request)
	if err != nil {
		return Replay{}, err
	}
	var totals wire.Totals
	var seen stream
	dialer := transport.Dialer{Dial: p.dial, Clock: clock.New(), Totals: &totals, Tap: func() wire.Tap { return &seen }}
	conn, err := dialer.Exchange(ctx, address)
	if err != nil {
		return Replay{}, err
	}
	defer func() { _ = conn.Meter().Close() }() // closed in order already, or given up
	defer context.AfterFunc(ctx, func() { _ = conn.Meter().Close() })()
	answer, err := conn.Get(request)
	if err != nil {
		return Replay{}, err
	}
	body, err := exchange.ReadAll(answer.Body, nil, maxBody)
	if err != nil {
		return Replay{}, err
	}
	conn.Meter().Finish()
	conn.Drain()
	var cost wire.Ledger
	conn.Book(&cost)
	return seen.count(cost, int64(len(body)), &totals)
}

// maxBody is more than the body of such an exchange has.
const maxBody = 1 << 10

// parseRequest takes a head apart. That it is put together again as it was is for the server to see.
func parseRequest(head string) (exchange.Request, error) {
	lines := strings.Split(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n")
	words := strings.Fields(lines[0])
	if len(words) != 3 || len(lines) < 2 {
		return exchange.Request{}, fmt.Errorf("%.80q begins no request", head)
	}
	request := exchange.Request{Target: []byte(words[1]), Host: strings.TrimPrefix(lines[1], "Host: ")}
	for _, line := range lines[2:] {
		name, value, _ := strings.Cut(line, ": ")
		request.Fields = append(request.Fields, exchange.Field{Name: name, Value: value})
	}
	return request, nil
}

// stream is what crossed a connection, as it was.
type stream struct{ sent, received strings.Builder }

// WillWrite implements wire.Tap.
func (s *stream) WillWrite(p []byte) { s.sent.Write(p) }

// WasRead implements wire.Tap.
func (s *stream) WasRead(p []byte) { s.received.Write(p) }

// count counts an exchange twice: in what was seen, and in what the client has booked. They must agree
// with each other and with the socket.
func (s *stream) count(booked wire.Ledger, body int64, totals *wire.Totals) (Replay, error) {
	request, sent := headOf(s.sent.String())
	answer, received := headOf(s.received.String())
	r := Replay{
		Request: Head{Bytes: booked.Up.Header, Characters: request}, Answer: Head{Bytes: booked.Down.Header, Characters: answer},
		BodyBytes: body,
	}
	if r.Request.Bytes != sent || r.Answer.Bytes != received {
		return r, fmt.Errorf("the ledger has heads of %d and %d bytes, the connection %d and %d", r.Request.Bytes, r.Answer.Bytes, sent, received)
	}
	if up, down := totals.Written.Load(), totals.Read.Load(); up != sent || down != received+body {
		return r, fmt.Errorf("the exchange has %d and %d bytes, the socket %d and %d", sent, received+body, up, down)
	}
	return r, nil
}

// headOf returns how long the head at the beginning of text is, in characters that are no line ends, and
// in bytes.
func headOf(text string) (characters, bytes int64) {
	for line := range strings.SplitAfterSeq(text, "\r\n") {
		bytes += int64(len(line))
		if line == "\r\n" {
			break
		}
		characters += int64(len(strings.TrimSuffix(line, "\r\n")))
	}
	return characters, bytes
}
