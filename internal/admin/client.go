package admin

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"pollpush/pkg/clock"
)

// maxAnswerBytes bounds an answer: the record of the largest publication fits.
const maxAnswerBytes = 512 << 20

// Client controls a target. It is safe for concurrent use.
type Client struct {
	base  string
	token Token
	http  *http.Client
}

// Dial is how a client reaches the admin address; nil means TCP.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// NewClient returns a client for the admin address base, such as http://127.0.0.1:9090.
func NewClient(base string, dial Dial) *Client { return NewGuardedClient(base, dial, nil, Token{}) }

// NewGuardedClient returns a client that names a token with each request, and that trusts an https
// address by trust; nil means as this host trusts others.
func NewGuardedClient(base string, dial Dial, trust *tls.Config, token Token) *Client {
	return &Client{
		base:  strings.TrimRight(base, "/"),
		token: token,
		http: &http.Client{
			Transport: &http.Transport{
				DialContext:           dial,
				TLSClientConfig:       trust,
				MaxIdleConnsPerHost:   3, // a trial's phases, the watch over its target, and its clock
				ResponseHeaderTimeout: 30 * time.Second,
			},
			// A target redirects nobody, and the token is not for whom another server names.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Check asks whether a target of ours answers at the address.
func (c *Client) Check(ctx context.Context) error {
	body, err := c.do(ctx, http.MethodGet, "/healthz", nil)
	var unreachable *net.OpError
	if errors.As(err, new(*TokenError)) {
		return err
	}
	if errors.As(err, &unreachable) {
		return fmt.Errorf("no target answers at %s: %w", c.base, unreachable.Err)
	}
	if err != nil {
		return fmt.Errorf("%s is no pollpush target: %w", c.base, err)
	}
	if strings.TrimSpace(string(body)) != Product {
		return fmt.Errorf("%s is no pollpush target: GET /healthz answered something else", c.base)
	}
	return nil
}

// Topics makes sure that topics 0 to count-1 exist and returns where each log ends.
func (c *Client) Topics(ctx context.Context, count int) ([]uint64, error) {
	var answer TopicsResponse
	if err := c.post(ctx, "/topics", TopicsRequest{Count: count}, &answer); err != nil {
		return nil, err
	}
	if len(answer.Ends) < count {
		return nil, fmt.Errorf("POST /topics: asked for %d topics, got %d", count, len(answer.Ends))
	}
	return answer.Ends[:count], nil
}

// Publish starts a publication.
func (c *Client) Publish(ctx context.Context, r PublicationRequest) (PublicationResponse, error) {
	var answer PublicationResponse
	err := c.post(ctx, "/publications", r, &answer)
	return answer, err
}

// Clock returns what the target's clock read between the question and the answer.
func (c *Client) Clock(ctx context.Context) (clock.Instant, error) {
	var answer ClockResponse
	if err := c.get(ctx, "/clock", &answer); err != nil {
		return 0, err
	}
	if answer.Now <= 0 || answer.Now > lastInstant {
		return 0, fmt.Errorf("GET /clock: %d is no reading of a clock", answer.Now)
	}
	return answer.Now, nil
}

// lastInstant is a century after a clock's origin: what is later could not be reckoned with.
const lastInstant = clock.Instant(100 * 365 * 24 * time.Hour)

// Published returns what the latest publication has published so far.
func (c *Client) Published(ctx context.Context) (Published, error) {
	var p Published
	err := c.get(ctx, "/publication", &p)
	return p, err
}

// Progress returns how far the latest publication is.
func (c *Client) Progress(ctx context.Context) (Progress, error) {
	var p Progress
	err := c.get(ctx, "/publication/progress", &p)
	return p, err
}

// Unpublish stops the publication that is under way, if there is one.
func (c *Client) Unpublish(ctx context.Context) error {
	_, err := c.do(ctx, http.MethodDelete, "/publication", nil)
	return err
}

// Metrics returns the target's metrics in the Prometheus text format.
func (c *Client) Metrics(ctx context.Context) ([]byte, error) {
	return c.do(ctx, http.MethodGet, "/metrics", nil)
}

func (c *Client) post(ctx context.Context, path string, question, answer any) error {
	q, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("POST %s: %w", path, err)
	}
	return c.ask(ctx, http.MethodPost, path, q, answer)
}

func (c *Client) get(ctx context.Context, path string, answer any) error {
	return c.ask(ctx, http.MethodGet, path, nil, answer)
}

// ask reads the JSON of the answer to a question.
func (c *Client) ask(ctx context.Context, method, path string, question []byte, answer any) error {
	body, err := c.do(ctx, method, path, question)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

func (c *Client) do(ctx context.Context, method, path string, question []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(question))
	if err != nil {
		return nil, err
	}
	c.token.name(r)
	response, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // it was read; there is nothing left to lose
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode == http.StatusUnauthorized {
		return nil, &TokenError{Base: c.base, Token: c.token}
	}
	if response.StatusCode != http.StatusOK {
		reason, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
		return nil, fmt.Errorf("%s %s%s: %s: %.200s", method, c.base, path, response.Status, reason)
	}
	return body, nil
}
