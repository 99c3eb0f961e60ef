package http1_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"pollpush/pkg/exchange"
	"pollpush/pkg/http1"
)

// A request is what Go's own client would write.
func TestAppendRequestWritesWhatNetHTTPWrites(t *testing.T) {
	agent := exchange.Field{Name: "User-Agent", Value: "Go-http-client/1.1"}
	for _, fields := range [][]exchange.Field{
		{agent},
		{agent, {Name: "Accept", Value: "text/event-stream"}},
		{agent, {Name: "Connection", Value: "Upgrade"}, {Name: "Upgrade", Value: "websocket"}},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:8080/poll?topic=0&after=17", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fields {
			r.Header.Set(f.Name, f.Value)
		}
		var want bytes.Buffer
		if err := r.Write(&want); err != nil {
			t.Fatal(err)
		}
		got := http1.AppendRequest(nil, exchange.Request{Target: []byte("/poll?topic=0&after=17"), Host: "127.0.0.1:8080", Fields: fields})
		if string(got) != want.String() {
			t.Errorf("wrote\n%q, net/http\n%q", got, want.String())
		}
	}
}

func TestAppendRequestKeepsWhatIsThereAndLetsNoValueEndTheHead(t *testing.T) {
	got := http1.AppendRequest([]byte("before"), exchange.Request{
		Target: []byte("/"), Host: "a\r\nEvil: b", Fields: []exchange.Field{{Name: "X", Value: "c\nd\re"}},
	})
	want := "beforeGET / HTTP/1.1\r\nHost: a  Evil: b\r\nX: c d e\r\n\r\n"
	if string(got) != want {
		t.Errorf("wrote\n%q, want\n%q", got, want)
	}
}

func TestAskWritesTheRequestAsItIs(t *testing.T) {
	c, server := connect(t)
	r := exchange.Request{Target: []byte("/"), Host: "h"}
	request := http1.AppendRequest(nil, r)
	if n, err := c.Ask(r); err != nil || n != int64(len(request)) {
		t.Fatalf("%d bytes, %v; want %d", n, err, len(request))
	}
	_ = c.Meter().CloseWrite()
	if got, err := io.ReadAll(server); err != nil || !bytes.Equal(got, request) {
		t.Errorf("the server read %q, %v; want %q", got, err, request)
	}
	_ = c.Meter().Close()
	if _, err := c.Ask(r); err == nil {
		t.Error("asked on a closed connection")
	}
}
