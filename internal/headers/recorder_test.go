package headers

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"pollpush/pkg/exchange"
)

// requests are the fields of a page's requests.
type requests map[Kind][]exchange.Field

var kinds = []Kind{Fetch, EventSource, WebSocket}

// page polls, follows an event stream and asks for an upgrade, once each.
const page = `<!doctype html><title>page</title><script>
fetch("/poll?topic=0");
new EventSource("/sse?topic=0");
new WebSocket(location.origin.replace("http", "ws") + "/ws?topic=0");
</script>`

// kindOf are the page's requests by their paths.
var kindOf = map[string]Kind{"/poll?topic=0": Fetch, "/sse?topic=0": EventSource, "/ws?topic=0": WebSocket}

// over is what carries the page's requests.
type via int

const (
	viaTCP       via = iota // HTTP/1.1
	viaElsewhere            // the same, but the page believes that it is of another host
	viaTLS                  // HTTP/1.1 with TLS
	viaHTTP2                // with TLS
)

// elsewhere is a name that the browser is told to resolve to this host.
const elsewhere = "pollpush.example"

// recorder is a server that keeps the fields of the page's requests as they came in: in their order
// and letter case, which net/http would not tell.
type recorder struct {
	listener net.Listener
	origin   string
	serve    func(net.Conn) error
	serving  sync.WaitGroup

	mu       sync.Mutex
	got      requests
	complete chan struct{} // closed when all kinds were seen
}

func record(t *testing.T, by via) *recorder {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{listener: l, got: make(requests), complete: make(chan struct{})}
	r.origin, r.serve = "http://"+l.Addr().String(), r.serveHTTP1
	switch by {
	case viaElsewhere:
		_, port, _ := net.SplitHostPort(l.Addr().String())
		r.origin = "http://" + net.JoinHostPort(elsewhere, port)
	case viaTLS:
		r.secure("http/1.1")
	case viaHTTP2:
		r.secure("h2")
		r.serve = r.serveHTTP2
	}
	r.serving.Go(r.accept)
	t.Cleanup(func() {
		_ = r.listener.Close()
		r.serving.Wait() // the client has ended before, and with it its connections
	})
	return r
}

// secure puts TLS on the listener, with the certificate of httptest.
func (r *recorder) secure(protocol string) {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	r.origin = "https://" + r.listener.Addr().String()
	r.listener = tls.NewListener(r.listener, &tls.Config{
		Certificates: s.TLS.Certificates, NextProtos: []string{protocol}, MinVersion: tls.VersionTLS12,
	})
}

func (r *recorder) accept() {
	for {
		c, err := r.listener.Accept()
		if err != nil {
			return // it was closed
		}
		r.serving.Go(func() {
			_ = r.serve(c) // a browser opens connections that it does not use, and gives others up
			_ = c.Close()
		})
	}
}

// keep takes note of a request, the first of each kind: an event stream that ends is asked for again.
func (r *recorder) keep(target string, fields []exchange.Field) {
	kind, ok := kindOf[target]
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, seen := r.got[kind]; !ok || seen {
		return
	}
	for i, f := range fields {
		fields[i].Value = strings.ReplaceAll(f.Value, r.origin, originMark)
	}
	r.got[kind] = fields
	if len(r.got) == len(kinds) {
		close(r.complete)
	}
}

// requests returns what was seen so far, without what a profile does not have.
func (r *recorder) requests() requests {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make(requests)
	for kind, fields := range r.got {
		all[kind] = clean(kind, fields)
	}
	return all
}

// clean takes out what is the client's own, and has a headless browser call itself what it does when
// it has a window.
func clean(kind Kind, fields []exchange.Field) []exchange.Field {
	own := []string{"host", "upgrade", "sec-websocket-key", "sec-websocket-version"}
	if kind == WebSocket {
		own = append(own, "connection")
	}
	var rest []exchange.Field
	for _, f := range fields {
		if slices.Contains(own, strings.ToLower(f.Name)) {
			continue
		}
		rest = append(rest, exchange.Field{Name: f.Name, Value: strings.ReplaceAll(f.Value, "HeadlessChrome", "Chrome")})
	}
	return rest
}

// serveHTTP1 answers with the page, and all else with 204.
func (r *recorder) serveHTTP1(c net.Conn) error {
	in := bufio.NewReader(c)
	for {
		target, fields, err := readHead(in)
		if err != nil {
			return err
		}
		r.keep(target, fields)
		answer := "HTTP/1.1 204 No Content\r\n\r\n"
		if target == "/" {
			answer = fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", len(page), page)
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return err
		}
	}
}

// readHead reads the head of a request byte for byte and returns its target and fields.
func readHead(in *bufio.Reader) (target string, fields []exchange.Field, err error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return "", nil, err
	}
	target = strings.Fields(line)[1]
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == "\r\n" {
			return target, fields, err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\r\n"), ": ")
		fields = append(fields, exchange.Field{Name: name, Value: value})
	}
}

// serveHTTP2 answers as serveHTTP1 does. It lets the browser open WebSockets by extended CONNECT
// (RFC 8441).
func (r *recorder) serveHTTP2(c net.Conn) error {
	if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
		return err
	}
	framer := http2.NewFramer(c, c)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if err := framer.WriteSettings(http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 1}); err != nil {
		return err
	}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return err
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				err = framer.WriteSettingsAck()
			}
		case *http2.PingFrame:
			err = framer.WritePing(true, f.Data)
		case *http2.MetaHeadersFrame:
			r.keep(f.PseudoValue("path"), fieldsOf(f))
			err = answer(framer, f)
		}
		if err != nil {
			return err
		}
	}
}

// fieldsOf returns the regular fields of a request.
func fieldsOf(f *http2.MetaHeadersFrame) []exchange.Field {
	var fields []exchange.Field
	for _, h := range f.RegularFields() {
		fields = append(fields, exchange.Field{Name: h.Name, Value: h.Value})
	}
	return fields
}

func answer(framer *http2.Framer, f *http2.MetaHeadersFrame) error {
	status, body := "204", ""
	if f.PseudoValue("path") == "/" {
		status, body = "200", page
	}
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	encoder.SetMaxDynamicTableSize(0) // each block stands for itself
	for _, h := range []hpack.HeaderField{{Name: ":status", Value: status}, {Name: "content-type", Value: "text/html"}} {
		if err := encoder.WriteField(h); err != nil {
			return err
		}
	}
	err := framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: f.StreamID, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: body == "",
	})
	if err != nil || body == "" {
		return err
	}
	return framer.WriteData(f.StreamID, true, []byte(body))
}
