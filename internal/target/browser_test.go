//go:build unix

package target_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"pollpush/internal/target"
)

// A browser that opens the page sees the messages come in over every transport, and chooses HTTP/2 for
// polls and events where it can.
func TestBrowserFollowsThePage(t *testing.T) {
	b := openBrowser(t, "--ignore-certificate-errors")
	for _, test := range []struct {
		scheme, protocol string
		change           func(*target.Config)
	}{
		{"http", "http/1.1", unchanged},
		{"https", "h2", secured},
	} {
		t.Run(test.scheme, func(t *testing.T) {
			l := listen(t, test.change)
			if err := b.open(l.base + "/"); err != nil {
				t.Fatal(err)
			}
			l.publish(t.Context())
			checkRows(t, b)
			var protocols []string
			if err := b.evaluate(protocolsOfThePage, &protocols); err != nil {
				t.Fatal(err)
			}
			if len(protocols) != 1 || protocols[0] != test.protocol {
				t.Errorf("the polls went over %q, want %s", protocols, test.protocol)
			}
		})
	}
}

// checkRows checks that the page shows messages of every transport.
func checkRows(t *testing.T, b *browser) {
	t.Helper()
	var rows []struct {
		ID, State      string
		Messages, Last int
	}
	if err := b.evaluate(rowsOfThePage, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 4 {
		t.Errorf("%d rows, want one for each transport", len(rows))
	}
	for _, row := range rows {
		if row.State != "open" || row.Messages < 3 || row.Last != row.Messages {
			t.Errorf("%+v: want it open, and 3 messages or more, in order", row)
		}
	}
}

// rowsOfThePage waits until each row has a few messages, for half a minute at most, and returns
// what the rows say then.
const rowsOfThePage = `new Promise(done => {
  const rows = () => [...document.querySelectorAll("tr[id]")].map(({id, cells: [, state, , messages, last]}) => ({
    id, state: state.textContent, messages: Number(messages.textContent), last: Number(last.textContent),
  }));
  const look = () => {
    if (rows().every(({state, messages}) => state === "open" && messages >= 3)) done(rows());
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
  setTimeout(() => done(rows()), 30_000);
  look();
})`

// protocolsOfThePage is what the page's requests were made over, as ALPN names it.
const protocolsOfThePage = `[...new Set(performance.getEntriesByType("resource")
  .filter(({initiatorType}) => initiatorType === "fetch").map(({nextHopProtocol}) => nextHopProtocol))]`

// A page of another origin can read nothing, on no transport, unless the target is told to let it.
func TestBrowserForeignOrigin(t *testing.T) {
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>foreign</title>")) // a browser that is gone needs none
	}))
	defer foreign.Close()
	b := openBrowser(t)
	for _, test := range []struct {
		name  string
		allow []string
		reads bool
	}{
		{"none is allowed", nil, false},
		{"another is allowed", []string{"http://foreign.example"}, false},
		{"it is allowed", []string{foreign.URL}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := listen(t, func(c *target.Config) { c.AllowOrigin = test.allow })
			l.publish(t.Context())
			if err := b.open(foreign.URL); err != nil {
				t.Fatal(err)
			}
			for path, read := range readings {
				var got string
				err := b.evaluate(fmt.Sprintf("(%s)(%q)", read, l.base+path), &got)
				switch {
				case err != nil:
					t.Fatalf("%s: %v", path, err)
				case test.reads && !strings.HasPrefix(strings.TrimPrefix(got, "["), `{"seq":1,`):
					t.Errorf("%s: %q, want the first message", path, got)
				case !test.reads && got != "refused":
					t.Errorf("%s: %q, want it refused", path, got)
				}
			}
		})
	}
}

// readings are how a script reads a URL: each returns what came first, or "refused".
var readings = map[string]string{
	"/poll?topic=0":          fetchReading,
	"/poll?topic=0&wait=25s": fetchReading,
	"/sse?topic=0": `url => new Promise(done => {
		const events = new EventSource(url);
		const end = text => { events.close(); done(text); };
		events.onmessage = e => end(e.data);
		events.onerror = () => end("refused");
	})`,
	"/ws?topic=0": `url => new Promise(done => {
		const socket = new WebSocket(url.replace("http:", "ws:"));
		socket.onmessage = e => { done(e.data); socket.close(); };
		socket.onclose = () => done("refused");
	})`,
}

const fetchReading = `url => fetch(url).then(answer => answer.text(), () => "refused")`

// browser is a headless Chromium with one page, driven over a pipe by the DevTools protocol: JSON
// objects, each ended by a NUL.
type browser struct {
	ctx      context.Context
	command  *exec.Cmd
	stderr   bytes.Buffer
	requests *os.File
	answers  *os.File
	reader   *bufio.Reader // of answers
	session  string
	latest   int             // id of the latest request
	loaded   map[string]bool // the documents that are complete, by loader
}

// openBrowser starts a browser, which is ended with the test, and after a minute at the latest.
func openBrowser(t *testing.T, flags ...string) *browser {
	t.Helper()
	path := need(t, "chromium", "chromium-browser", "google-chrome")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	b := &browser{ctx: ctx, loaded: make(map[string]bool)}
	b.command = chromium(ctx, path, t.TempDir(), flags...)
	b.command.Stderr = &b.stderr // Wait waits for all that hold it: the browser and its children
	if err := b.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.close()
		cancel()
	})
	if err := b.attach(); err != nil {
		t.Fatal(err)
	}
	return b
}

// chromium returns a browser's command. When ctx ends, its whole process group is killed.
func chromium(ctx context.Context, path, profile string, flags ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, path, append(flags, "--headless", "--remote-debugging-pipe", "--user-data-dir="+profile,
		"--no-sandbox", // root has none, and it opens only what the test serves
		"--no-first-run", "--no-proxy-server", "--disable-gpu", "--disable-dev-shm-usage", "--disable-sync",
		"--disable-background-networking", "--disable-component-update", "--disable-breakpad")...)
	c.Env = append(os.Environ(), "HOME="+profile, "XDG_CONFIG_HOME="+profile, "XDG_CACHE_HOME="+profile)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	return c
}

// start starts the process, which reads requests from its descriptor 3 and answers on 4.
func (b *browser) start() error {
	theirRequests, requests, err := os.Pipe()
	if err != nil {
		return err
	}
	answers, theirAnswers, err := os.Pipe()
	if err != nil {
		return err
	}
	b.command.ExtraFiles = []*os.File{theirRequests, theirAnswers}
	b.requests, b.answers, b.reader = requests, answers, bufio.NewReader(answers)
	err = b.command.Start()
	_ = theirRequests.Close() // it has its own
	_ = theirAnswers.Close()
	return err
}

// attach opens the page that the other methods work on.
func (b *browser) attach() error {
	var page struct{ TargetID string }
	if err := b.call("Target.createTarget", params{"url": "about:blank"}, &page); err != nil {
		return err
	}
	var session struct{ SessionID string }
	if err := b.call("Target.attachToTarget", params{"targetId": page.TargetID, "flatten": true}, &session); err != nil {
		return err
	}
	b.session = session.SessionID
	if err := b.call("Page.enable", nil, nil); err != nil {
		return err
	}
	return b.call("Page.setLifecycleEventsEnabled", params{"enabled": true}, nil)
}

// open shows a URL and returns when the document is complete.
func (b *browser) open(url string) error {
	var document struct{ LoaderID, ErrorText string }
	if err := b.call("Page.navigate", params{"url": url}, &document); err != nil {
		return err
	}
	if document.ErrorText != "" {
		return fmt.Errorf("%s: %s", url, document.ErrorText)
	}
	for !b.loaded[document.LoaderID] {
		if _, err := b.receive(); err != nil {
			return err
		}
	}
	return nil
}

// evaluate runs a JavaScript expression in the page, waits for its promise, and stores its value.
func (b *browser) evaluate(expression string, value any) error {
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	p := params{"expression": expression, "awaitPromise": true, "returnByValue": true}
	if err := b.call("Runtime.evaluate", p, &answer); err != nil {
		return err
	}
	if answer.ExceptionDetails != nil {
		return fmt.Errorf("%s\nthrew %s", expression, answer.ExceptionDetails)
	}
	return json.Unmarshal(answer.Result.Value, value)
}

type params map[string]any

// call calls a method and stores its result, unless that is nil.
func (b *browser) call(method string, p params, result any) error {
	b.latest++
	request := map[string]any{"id": b.latest, "method": method, "params": p}
	if b.session != "" {
		request["sessionId"] = b.session
	}
	text, err := json.Marshal(request)
	if err != nil {
		return err
	}
	if _, err := b.requests.Write(append(text, 0)); err != nil {
		return b.ended(err)
	}
	for {
		r, err := b.receive()
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", method, err)
		case r.ID != b.latest:
		case r.Error.Message != "":
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		case result == nil:
			return nil
		default:
			return json.Unmarshal(r.Result, result)
		}
	}
}

// received is an answer, or an event if it has no ID.
type received struct {
	ID     int
	Result json.RawMessage
	Error  struct{ Message string }
	Method string
	Params json.RawMessage
}

// receive returns what comes next, and takes note of documents that are complete.
func (b *browser) receive() (received, error) {
	var r received
	text, err := b.reader.ReadBytes(0)
	if err != nil {
		return r, b.ended(err)
	}
	if err := json.Unmarshal(bytes.TrimSuffix(text, []byte{0}), &r); err != nil || r.Method != "Page.lifecycleEvent" {
		return r, err
	}
	var event struct{ Name, LoaderID string }
	err = json.Unmarshal(r.Params, &event)
	if event.Name == "load" {
		b.loaded[event.LoaderID] = true
	}
	return r, err
}

// close has the browser tidy up and end, and waits for it and its children. If that takes longer than
// the browser's time it is killed.
func (b *browser) close() {
	b.session = "" // it is the browser's own business
	if b.call("Browser.close", nil, nil) != nil {
		_ = b.command.Cancel() // it may have ended
	}
	_ = b.command.Wait() // how it ended does not matter any more
	_ = b.requests.Close()
	_ = b.answers.Close()
}

// ended says why the browser does not answer: its time is over, or it has ended by itself.
func (b *browser) ended(err error) error {
	if b.ctx.Err() != nil {
		err = b.ctx.Err()
	}
	_ = b.command.Cancel() // its children may be left
	_ = b.command.Wait()   // the state says it
	return fmt.Errorf("browser: %w: %s\n%s", err, b.command.ProcessState, &b.stderr)
}
