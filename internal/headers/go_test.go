package headers

import (
	"cmp"
	"crypto/tls"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/coder/websocket"
	gocmp "github.com/google/go-cmp/cmp"

	"pollpush/pkg/exchange"
)

// The go profile is what net/http sends of its own accord, and Accept for an event stream.
func TestGoIsWhatNetHTTPSends(t *testing.T) {
	p := load(t, "go")
	for _, by := range []via{viaTCP, viaTLS} {
		if diff := gocmp.Diff(requestsOf(p, false), netHTTP(t, by)); diff != "" {
			t.Errorf("via %d (-profile +net/http):\n%s", by, diff)
		}
	}
	profile, sent := requestsOf(p, true), netHTTP(t, viaHTTP2)
	for _, kind := range []Kind{Fetch, EventSource} {
		if diff := gocmp.Diff(byName(profile[kind]), byName(sent[kind])); diff != "" {
			t.Errorf("over HTTP/2, %s (-profile +net/http):\n%s", kind, diff)
		}
	}
}

// netHTTP returns what net/http sends for each kind, upgrades as coder/websocket asks for them.
func netHTTP(t *testing.T, by via) requests {
	t.Helper()
	r := record(t, by)
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, // the recorder's certificate is nobody's
		ForceAttemptHTTP2: true,
	}
	client := &http.Client{Transport: transport}
	t.Cleanup(client.CloseIdleConnections)
	for target, kind := range kindOf {
		if kind == WebSocket && by == viaHTTP2 {
			continue // net/http opens none over HTTP/2
		}
		if kind == WebSocket {
			// The recorder does not upgrade, but by then it has recorded.
			_, _, _ = websocket.Dial(t.Context(), r.origin+target, &websocket.DialOptions{HTTPClient: client})
			continue
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.origin+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		if kind == EventSource {
			request.Header.Set("Accept", "text/event-stream")
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body) // it has none
		_ = response.Body.Close()                 // as above
	}
	return r.requests()
}

// byName sorts fields: net/http writes those of HTTP/2 in the order of a map.
func byName(fields []exchange.Field) []exchange.Field {
	return slices.SortedFunc(slices.Values(fields), func(a, b exchange.Field) int { return cmp.Compare(a.Name, b.Name) })
}
