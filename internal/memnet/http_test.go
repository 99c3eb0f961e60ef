package memnet_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/memnet"
)

// site is an HTTP server on a network of its own, and a client of it.
type site struct {
	network memnet.Network
	client  http.Client
}

// serve runs s at serverAddr until the test ends. The bubble then fails the
// test if a goroutine of the server or the client is left.
func serve(t *testing.T, s *http.Server) *site {
	t.Helper()
	st := &site{}
	transport := &http.Transport{DialContext: st.network.DialContext}
	st.client.Transport = transport
	l := listen(t, &st.network, serverAddr)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = s.Close()
	})
	return st
}

func (st *site) get(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+serverAddr, http.NoBody)
	if err != nil {
		return "", err
	}
	resp, err := st.client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func TestHTTP(t *testing.T) {
	behaviours := []struct {
		name  string
		holds func(t *testing.T)
	}{
		{"long polls wait in virtual time", longPolls},
		{"a connection serves many requests", keepAlive},
		{"a client that leaves cancels its request", clientLeaves},
		{"a client too slow to ask is cut off", slowRequest},
		{"a client too slow to read is cut off", slowReader},
		{"a connection can be hijacked", hijack},
		{"shutdown waits for requests", shutdown},
	}
	for _, b := range behaviours {
		t.Run(b.name, func(t *testing.T) { synctest.Test(t, b.holds) })
	}
}

func longPolls(t *testing.T) {
	const clients, wait = 300, 30 * time.Second
	st := serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(wait)
		host, port, err := net.SplitHostPort(r.RemoteAddr)
		_, _ = fmt.Fprint(w, host != "" && port != "" && err == nil)
	})})
	begun := time.Now()
	errs := make(chan error, clients)
	for range clients {
		go func() {
			body, err := st.get(t.Context())
			if err == nil && body != "true" {
				err = fmt.Errorf("body is %q", body)
			}
			errs <- err
		}()
	}
	for range clients {
		must(t, <-errs)
	}
	if took := time.Since(begun); took != wait {
		t.Fatalf("polls of %v took %v", wait, took)
	}
}

func keepAlive(t *testing.T) {
	st := serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.RemoteAddr)
	})})
	first, err := st.get(t.Context())
	must(t, err)
	for range 10 {
		again, err := st.get(t.Context())
		must(t, err)
		if again != first {
			t.Fatalf("request came from %s, then %s", first, again)
		}
	}
}

func clientLeaves(t *testing.T) {
	left := make(chan struct{})
	st := serve(t, &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		close(left)
	})})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := st.get(ctx)
	wantErr(t, err, context.DeadlineExceeded)
	<-left
}

func slowRequest(t *testing.T) {
	st := serve(t, &http.Server{ReadHeaderTimeout: 7 * time.Second})
	begun := time.Now()
	c := dial(t, &st.network, serverAddr)
	send(t, c, "GET / HTTP/1.1\r\nHost: ")
	wantReadErr(t, c, io.EOF)
	if took := time.Since(begun); took != 7*time.Second {
		t.Fatalf("cut off after %v", took)
	}
}

func slowReader(t *testing.T) {
	failed := make(chan error, 1)
	st := serve(t, &http.Server{
		WriteTimeout: 9 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, err := w.Write(make([]byte, flood))
			failed <- err
		}),
	})
	begun := time.Now()
	c := dial(t, &st.network, serverAddr)
	send(t, c, "GET / HTTP/1.1\r\nHost: server\r\n\r\n")
	wantTimeout(t, <-failed)
	if took := time.Since(begun); took != 9*time.Second {
		t.Fatalf("cut off after %v", took)
	}
}

func hijack(t *testing.T) {
	st := serve(t, &http.Server{Handler: http.HandlerFunc(echoHijacked)})
	c := dial(t, &st.network, serverAddr)
	send(t, c, "GET / HTTP/1.1\r\nHost: server\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	r := bufio.NewReader(c)
	resp, err := http.ReadResponse(r, nil)
	must(t, err)
	must(t, resp.Body.Close())
	if resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(resp.Status)
	}
	for _, line := range []string{"one\n", "two\n"} {
		time.Sleep(time.Minute)
		send(t, c, line)
		if got, err := r.ReadString('\n'); got != line || err != nil {
			t.Fatalf("echo of %q is %q, %v", line, got, err)
		}
	}
}

func echoHijacked(w http.ResponseWriter, _ *http.Request) {
	c, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = c.Close() }()
	_, _ = io.Copy(c, io.MultiReader(
		strings.NewReader("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"),
		rw))
}

func shutdown(t *testing.T) {
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(time.Minute)
		_, _ = io.WriteString(w, "served")
	})}
	st := serve(t, server)
	answer := make(chan string, 1)
	go func() {
		body, _ := st.get(t.Context())
		answer <- body
	}()
	synctest.Wait()
	must(t, server.Shutdown(t.Context()))
	if got := <-answer; got != "served" {
		t.Fatalf("request in flight got %q", got)
	}
}
