package target_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/scenario"
	"pollpush/internal/target"
	"pollpush/pkg/clock"
)

// The commands of the page do what it says, pasted as they stand there, in the order of the page.
func TestCurl(t *testing.T) {
	need(t, "sh")
	need(t, "curl")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for scheme, change := range map[string]func(*target.Config){"http": unchanged, "https": secured} {
		t.Run(scheme, func(t *testing.T) { pasteAll(ctx, t, listen(t, change)) })
	}
}

func pasteAll(ctx context.Context, t *testing.T, l *listening) {
	t.Helper()
	commands := pasted(l.get(ctx, "/"))
	if len(commands) == 0 {
		t.Fatal("the page has no commands")
	}
	if out, err := shell(ctx, commands[0]).CombinedOutput(); err != nil || !bytes.Contains(out, []byte(`{"origin_ns":`)) {
		t.Fatalf("%s\n%v: %s", commands[0], err, out)
	}
	l.get(ctx, "/poll?topic=0&wait=25s") // comes back when there is a message
	for _, command := range commands[1:] {
		t.Run(urlOf(command), func(t *testing.T) {
			out, err := firstOutput(shell(ctx, command), !strings.Contains(command, "/poll?"))
			if err != nil {
				t.Fatalf("%s\n%v: %.1000s", command, err, out)
			}
			if seq, err := firstSeq(out); err != nil || seq != 1 {
				t.Errorf("%s\nprinted first seq %d, %v: %.1000s", command, seq, err, out)
			}
		})
	}
}

// secured says that a target serves TLS, with a certificate of its own making.
func secured(c *target.Config) { c.TLS = true }

// curl speaks HTTP/2 to the target, by prior knowledge and by ALPN.
func TestCurlHTTP2(t *testing.T) {
	need(t, "sh")
	need(t, "curl")
	for _, test := range []struct {
		flags  string
		change func(*target.Config)
	}{
		{"--http2-prior-knowledge", unchanged},
		{"-k --http2", secured},
	} {
		t.Run(test.flags, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			l := listen(t, test.change)
			l.publish(ctx)
			for _, path := range []string{"/poll?topic=0", "/poll?topic=0&wait=25s", "/sse?topic=0"} {
				out, err := firstOutput(shell(ctx, "curl -sSiN "+test.flags+" '"+l.base+path+"'"), path == "/sse?topic=0")
				if seq, wrong := firstSeq(out); err != nil || wrong != nil || seq != 1 || !bytes.HasPrefix(out, []byte("HTTP/2 200")) {
					t.Errorf("%s: %v, %v: %.1000s", path, err, wrong, out)
				}
			}
		})
	}
}

// urlOf names a command by what it asks for.
func urlOf(command string) string {
	_, rest, _ := strings.Cut(command, "://")
	_, rest, _ = strings.Cut(rest, "/")
	url, _, _ := strings.Cut(rest, "'")
	return url
}

var preformatted = regexp.MustCompile(`(?s)<pre>(.*?)</pre>`)

// pasted returns the commands of a page as they arrive in a shell.
func pasted(page string) []string {
	var commands []string
	for _, match := range preformatted.FindAllStringSubmatch(page, -1) {
		commands = append(commands, html.UnescapeString(match[1]))
	}
	return commands
}

// shell returns a pasted command, ready to run. The shell gives way to curl, so that to kill one is
// to kill the other.
func shell(ctx context.Context, command string) *exec.Cmd {
	c := exec.CommandContext(ctx, "sh", "-c", "exec "+command)
	c.Env = append(os.Environ(), "NO_PROXY=*")
	return c
}

// firstOutput runs a command and returns what it prints: all of it, or what comes up to the first
// message of an endless stream, which is then left.
func firstOutput(c *exec.Cmd, endless bool) ([]byte, error) {
	var complaints bytes.Buffer
	c.Stderr = &complaints
	stdout, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	var out []byte
	if endless {
		out, err = readMessage(stdout)
		_ = c.Process.Kill() // it may have ended by itself, which is what err says
		_ = c.Wait()         // it was killed
	} else {
		out, _ = io.ReadAll(stdout) // what cannot be read is missing below
		err = c.Wait()
	}
	if err != nil {
		err = fmt.Errorf("%w: %.1000s", err, complaints.String())
	}
	return out, err
}

var message = regexp.MustCompile(`\{"seq":[^{}]*\}`)

// readMessage reads until a whole message has come.
func readMessage(r io.Reader) ([]byte, error) {
	var all []byte
	buf := make([]byte, 4096)
	for !message.Match(all) {
		n, err := r.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil {
			return all, fmt.Errorf("it ended before there was a message: %w", err)
		}
	}
	return all, nil
}

// firstSeq returns the sequence number of the first message in a command's output.
func firstSeq(out []byte) (uint64, error) {
	var m struct {
		Seq uint64 `json:"seq"`
	}
	err := json.Unmarshal(message.Find(out), &m)
	return m.Seq, err
}

// need returns the path of the first of the programs that is here. Where there is none, the test is
// skipped; CI sets POLLPUSH_REQUIRE, and there it fails.
func need(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing := strings.Join(names, " or ") + " is not installed"
	if os.Getenv("POLLPUSH_REQUIRE") != "" {
		t.Fatal(missing + ", and POLLPUSH_REQUIRE is set")
	}
	t.Skip(missing)
	return ""
}

// listening is a target on this host's own sockets, for programs that know no others.
type listening struct {
	t        *testing.T
	base     string // the service address, as http://HOST:PORT, or https
	adminURL string
	tls      *tls.Config
	http     *http.Client
	*admin.Client
}

func listen(t *testing.T, change func(*target.Config)) *listening {
	t.Helper()
	config := target.DefaultConfig()
	config.Listen, config.Admin = "127.0.0.1:0", "127.0.0.1:0"
	change(&config)
	if err := config.Validate(); err != nil {
		t.Fatal(err)
	}
	server, err := target.New(config, clock.New(), log.New(t.Output(), "target: ", 0))
	if err != nil {
		t.Fatal(err)
	}
	service, control, err := target.Listen(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, service, control) }()
	l := &listening{t: t, base: "http://" + service.Addr().String(), adminURL: "http://" + control.Addr().String()}
	trust := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost", MinVersion: tls.VersionTLS13}
	trust.RootCAs.AppendCertsFromPEM(server.CA())
	if config.TLS {
		l.base, l.tls = "https://"+service.Addr().String(), trust
	}
	if config.AdminTLS {
		l.adminURL = "https://" + control.Addr().String()
	}
	l.Client = admin.NewGuardedClient(l.adminURL, nil, trust, config.AdminToken)
	l.http = &http.Client{Transport: &http.Transport{TLSClientConfig: l.tls, DisableKeepAlives: true}}
	t.Cleanup(func() {
		l.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return l
}

// get returns what is at a path, which must be there.
func (l *listening) get(ctx context.Context, path string) string {
	l.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.base+path, http.NoBody)
	if err != nil {
		l.t.Fatal(err)
	}
	response, err := l.http.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it was read
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		l.t.Fatalf("GET %s: %s, %v: %s", path, response.Status, err, body)
	}
	return string(body)
}

// publish starts ten messages a second that go on for longer than any test, and returns when there
// is one.
func (l *listening) publish(ctx context.Context) {
	l.t.Helper()
	l.start(ctx, 10)
	l.get(ctx, "/poll?topic=0&wait=25s")
}

// start starts rate messages a second that go on for longer than any test.
func (l *listening) start(ctx context.Context, rate float64) {
	l.t.Helper()
	_, err := l.Publish(ctx, admin.PublicationRequest{
		Schedule:     scenario.Schedule{Topics: 1, Rate: rate, Arrivals: scenario.Fixed, Length: 10 * time.Minute},
		PayloadBytes: 100,
	})
	if err != nil {
		l.t.Fatal(err)
	}
}
