package target_test

import (
	"bufio"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"

	"pollpush/internal/admin"
	"pollpush/internal/memnet"
	"pollpush/internal/scenario"
	"pollpush/internal/target"
	"pollpush/pkg/clock"
)

const (
	serviceAddress = "127.0.0.1:8080"
	adminAddress   = "127.0.0.1:9090"
)

// served is a target on a network in memory, in a synctest bubble.
type served struct {
	t       *testing.T
	network *memnet.Network
	admin   *admin.Client
	end     func() // ends it in order, and waits
}

func serve(t *testing.T, change func(*target.Config)) *served {
	t.Helper()
	config := target.DefaultConfig()
	config.Listen, config.Admin = serviceAddress, adminAddress
	change(&config)
	if err := config.Validate(); err != nil {
		t.Fatal(err)
	}
	network := &memnet.Network{}
	service, err := network.Listen(config.Listen)
	if err != nil {
		t.Fatal(err)
	}
	control, err := network.Listen(config.Admin)
	if err != nil {
		t.Fatal(err)
	}
	server, err := target.New(config, clock.New(), log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, service, control) }()
	client := admin.NewClient("http://"+adminAddress, network.DialContext)
	s := &served{t: t, network: network, admin: client}
	over := false
	s.end = func() {
		if over {
			return
		}
		over = true
		client.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	}
	t.Cleanup(s.end)
	return s
}

func unchanged(*target.Config) {}

// publish starts a publication and returns at once.
func (s *served) publish(rate float64, size int, change func(*admin.PublicationRequest)) error {
	r := admin.PublicationRequest{
		Schedule:     scenario.Schedule{Topics: 1, Rate: rate, Arrivals: scenario.Fixed, Length: 1e9},
		PayloadBytes: size,
	}
	if change != nil {
		change(&r)
	}
	_, err := s.admin.Publish(s.t.Context(), r)
	return err
}

// peer is a raw connection to the target.
type peer struct {
	net.Conn
	*bufio.Reader
	t *testing.T
}

func (s *served) dial(address string) *peer {
	s.t.Helper()
	conn, err := s.network.DialContext(s.t.Context(), "tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return &peer{conn, bufio.NewReader(conn), s.t}
}

func (p *peer) Read(b []byte) (int, error) { return p.Reader.Read(b) }

// send sends text with LF written as CRLF.
func (p *peer) send(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.Conn, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		p.t.Error(err)
	}
}

// answer reads a response and its body.
func (p *peer) answer() (*http.Response, string) {
	p.t.Helper()
	response, err := http.ReadResponse(p.Reader, nil)
	if err != nil {
		p.t.Fatalf("response: %v", err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatalf("body: %v", err)
	}
	return response, string(body)
}

// ends checks that the target has ended the connection.
func (p *peer) ends() {
	p.t.Helper()
	if rest, err := io.ReadAll(p.Reader); err != nil || len(rest) > 0 {
		p.t.Errorf("%q, %v: want the end of the connection", rest, err)
	}
}

func (s *served) get(path string) (*http.Response, string) {
	s.t.Helper()
	p := s.dial(serviceAddress)
	p.send("GET " + path + " HTTP/1.1\nHost: " + serviceAddress + "\nConnection: close\n\n")
	return p.answer()
}
