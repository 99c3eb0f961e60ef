package htmlreport_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"pollpush/internal/gallery"
	"pollpush/internal/golden"
	"pollpush/internal/headers"
	"pollpush/internal/htmlreport"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/exchange"
)

// load reads a run that was really made, 40 clients and two trials of each transport, and gives it what it is from
// before: predictions and timelines.
func load(t *testing.T) result.Result {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "report", "testdata", "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := result.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Trials {
		trial := &r.Trials[i]
		trial.Predicted = &result.Prediction{Mean: 3 * time.Millisecond, P99: new(5 * time.Millisecond)}
		for k := range 6 {
			d := trial.Latency.P50 * time.Duration(10+k%3) / 10
			trial.Timeline = append(trial.Timeline, result.Slice{
				Start: time.Duration(k) * 500 * time.Millisecond, Clients: 40, Delivered: int64(k % 4), Mean: d, P50: d, P99: 2 * d, Max: 3 * d,
			})
		}
	}
	return r
}

const evil = "</script></style><img src=x onerror=alert(1)><!--\"'>=1+1|\u202e\x00\x1b]0;x\x07 https://example.com/"

// hostile has that in every text, and figures at the ends of what can be.
func hostile(t *testing.T) result.Result {
	r := load(t)
	r.Tool.Name, r.Tool.Version, r.Tool.Commit, r.Tool.Go = evil, evil, evil, evil
	r.Host.OS, r.Host.Arch, r.Host.Kernel, r.Host.CPUModel, r.Host.CongestionControl, r.Host.PortRange = evil, evil, evil, evil, evil, evil
	r.Target, r.Variant = evil, evil
	r.Headers.Name, r.Headers.Source = evil, evil
	r.Headers.Fetch = []exchange.Field{{Name: evil, Value: strings.Repeat(evil, 20)}}
	s := &r.Scenario
	s.Headers, s.Arrivals, s.PollPacing, s.HTTP, s.Deflate, s.Link.Name = evil, evil, evil, evil, evil, evil
	s.Transports = append(s.Transports, evil)
	s.Groups = []scenario.Group{{Name: evil, Transport: evil, Headers: evil}}
	r.GroupHeaders = []headers.Profile{{Name: evil + "2", Source: evil, Fetch: r.Headers.Fetch}}
	r.Trials[0].Groups = []result.Group{{Name: evil, Transport: evil}}
	more := r.Trials[0]
	more.Transport = evil
	r.Trials = append(r.Trials, more)
	r.Trials[0].Verdict = result.Verdict{State: evil, Reasons: []string{evil, ""}}
	r.Trials[1].Verdict = result.Verdict{State: result.Invalid, Reasons: []string{"3 messages were lost"}}
	r.Trials[2].Verdict = result.Verdict{State: result.Suspect, Reasons: []string{"the generator was late"}}
	r.Trials[3].Complete = false
	r.Trials[2].Predicted = &result.Prediction{Mean: -1 << 63, P99: new(time.Duration(1<<63 - 1)), RequestsPerSecond: 1e308}
	r.Trials[2].Timeline[1].P50 = -5
	r.Trials[2].Server.RSS = 1<<63 - 1
	return r
}

// grouped is a variant in which two groups have transports of their own, and clients come.
func grouped(t *testing.T) result.Result {
	r := load(t)
	r.Variant = "busy"
	s := &r.Scenario
	s.Transports, s.Trials = []scenario.Transport{scenario.Mixed}, 1
	s.Groups = []scenario.Group{{Name: "phones", Share: 2500, Transport: scenario.SSE, Headers: "chrome"}, {Name: "desks", Share: 7500, Transport: scenario.ShortPoll, Headers: "go"}}
	s.Stages = []scenario.Stage{{For: s.Duration, Clients: 90}}
	r.GroupHeaders = []headers.Profile{{Name: "chrome", EventSource: []exchange.Field{{Name: "Accept-Language", Value: "en"}}}, {Name: "go"}}
	r.Trials = r.Trials[:1]
	trial := &r.Trials[0]
	trial.Transport, trial.Predicted, trial.Messages.JoinedLate = scenario.Mixed, nil, 3
	trial.Verdict = result.Verdict{
		State: result.Invalid, Reasons: []string{"the generator was late", "3 messages were lost"}, Levels: []result.State{result.Suspect, result.Invalid},
	}
	for _, g := range s.Groups {
		trial.Groups = append(trial.Groups, result.Group{
			Name: g.Name, Transport: g.Transport, Clients: trial.Clients, Messages: trial.Messages, Latency: trial.Latency, Wire: trial.Wire,
		})
	}
	return r
}

func nothing(t *testing.T) result.Result {
	r := load(t)
	r.Trials = nil
	return r
}

// incomplete is a run that was cut short in its first trial.
func incomplete(t *testing.T) result.Result {
	r := load(t)
	r.Trials = r.Trials[:1]
	cut := &r.Trials[0]
	cut.Complete, cut.Messages.Lost, cut.Server = false, nil, result.Server{}
	cut.Verdict = result.Verdict{State: result.Invalid, Reasons: []string{"cut short: context canceled"}}
	return r
}

func write(t *testing.T, sources ...gallery.Source) string {
	t.Helper()
	var b bytes.Buffer
	if err := htmlreport.Write(&b, sources); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// reports are documents of every kind.
func reports(t *testing.T) map[string]string {
	t.Helper()
	secure := load(t)
	secure.Scenario.TLS = true
	for i := range secure.Trials {
		l := &secure.Trials[i].Wire
		l.Total.TLSFull, l.Setup.TLSFull = 40, 40
		l.Steady.Up.TLS, l.Steady.Down.TLS = 22*l.Steady.Messages, 22*l.Steady.Messages
		l.Steady.Up.Handshake = 7 * l.Steady.Messages
	}
	polls := load(t)
	polls.Scenario.Transports = []scenario.Transport{scenario.ShortPoll}
	return map[string]string{
		"groups":     write(t, gallery.Source{Name: "grouped", Result: grouped(t)}),
		"one":        write(t, gallery.Source{Name: "result", Result: load(t)}),
		"four":       write(t, gallery.Source{Name: "plain", Result: load(t)}, gallery.Source{Name: "secure", Result: secure}, gallery.Source{Name: "polls", Result: polls}, gallery.Source{Name: "cut", Result: incomplete(t)}),
		"hostile":    write(t, gallery.Source{Name: evil, Result: hostile(t)}, gallery.Source{Name: "plain", Result: load(t)}),
		"incomplete": write(t, gallery.Source{Name: "result", Result: incomplete(t)}),
		"nothing":    write(t, gallery.Source{Name: "result", Result: nothing(t)}),
	}
}

// bulk is what a golden file need not have: the library, the style, and charts, which have golden files of their own.
var bulk = regexp.MustCompile(`(?s)(<style>|<script[^>]*>|<svg[^>]*>).*?(</style>|</script>|</svg>)`)

var hash = regexp.MustCompile(`'sha256-[^']*'`)

func TestGolden(t *testing.T) {
	all := reports(t)
	for _, name := range []string{"one", "groups", "incomplete", "nothing"} {
		golden.Compare(t, name+".html", hash.ReplaceAllString(bulk.ReplaceAllString(all[name], "$1...$2"), "'sha256-...'"))
	}
}

// parse returns the elements of a document, as a browser takes them.
func parse(t *testing.T, document string) []*html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	var all []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			all = append(all, n)
		}
	}
	return all
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// The policy lets the document's own style and scripts through, by their hashes, and nothing else; and nothing
// else is there that would be loaded or run.
func TestPolicy(t *testing.T) {
	for name, document := range reports(t) {
		policy, styles, scripts := "", 0, 0
		inline := func(n *html.Node) string {
			sum := sha256.Sum256([]byte(n.FirstChild.Data))
			return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		}
		ids := make(map[string]bool)
		for _, n := range parse(t, document) {
			if attribute(n, "http-equiv") != "" {
				policy = attribute(n, "content")
			}
			if id := attribute(n, "id"); id != "" {
				if ids[id] {
					t.Errorf("%s: two elements are called %s", name, id)
				}
				ids[id] = true
			}
			for _, a := range n.Attr {
				refers := a.Key == "src" || a.Key == "href" || a.Key == "srcset" || a.Key == "action" || a.Key == "data"
				if refers && !strings.HasPrefix(a.Val, "#") && a.Val != "data:," || strings.HasPrefix(a.Key, "on") || a.Key == "style" {
					t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
				}
			}
			switch n.Data {
			case "style":
				styles++
				if !strings.Contains(policy, "style-src "+inline(n)) || strings.Contains(n.FirstChild.Data, "url(") {
					t.Errorf("%s: the policy does not know this style: %s", name, policy)
				}
			case "script":
				if attribute(n, "type") == "application/json" {
					var data map[string]any
					if err := json.Unmarshal([]byte(n.FirstChild.Data), &data); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					continue
				}
				scripts++
				if !strings.Contains(policy, inline(n)) {
					t.Errorf("%s: the policy does not know this script: %s", name, policy)
				}
			case "img", "iframe", "object", "embed", "base", "form", "video", "audio", "foreignobject":
				t.Errorf("%s: a <%s>", name, n.Data)
			}
		}
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'sha256-") || strings.Contains(policy, "unsafe") || styles != 1 || scripts != 2 {
			t.Errorf("%s: %d styles, %d scripts, %s", name, styles, scripts, policy)
		}
	}
}

// Hostile text shows as text: there is as much of it as was given, and no character that turns others round.
func TestHostile(t *testing.T) {
	document := reports(t)["hostile"]
	if strings.ContainsAny(document, "\u202e\x00\x1b\x07") {
		t.Error("what turns text round, or ends it, is in the document")
	}
	shown := 0
	root, err := html.Parse(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" {
			shown += strings.Count(n.Data, "<img src=x onerror=alert(1)>")
		}
		if n.Type == html.CommentNode {
			t.Errorf("a comment: %.80s", n.Data)
		}
	}
	if shown < 40 {
		t.Errorf("hostile text is shown %d times", shown)
	}
}

// What happened stands where it is seen first.
func TestStates(t *testing.T) {
	all := reports(t)
	for name, want := range map[string][]string{
		"incomplete": {"A trial is invalid.", "INCOMPLETE: 0 of 8 trials went through.", "cut short: context canceled", "Short polling (incomplete)"},
		"groups":     {"<title>pollpush: grouped (variant busy)</title>", "<h3>Groups of clients</h3>", "suspect</span>: the generator was late", "invalid</span>: 3 messages were lost", "profile of phones", "40 → 90 clients"},
		"nothing":    {"Nothing was measured.", "INCOMPLETE: 0 of 8"},
		"hostile":    {"Figures marked ? must not be used", "3 messages were lost", "the generator was late", "Long polling, </script>"},
		"four":       {"dashes and hatches for a result", "full TLS handshakes", "Short polling, cut (incomplete)"},
	} {
		document := html.UnescapeString(all[name])
		for _, text := range want {
			if !strings.Contains(document, text) {
				t.Errorf("%s: no %q", name, text)
			}
		}
	}
}

func TestTooMany(t *testing.T) {
	var sources []gallery.Source
	for i := range gallery.Most + 1 {
		sources = append(sources, gallery.Source{Name: fmt.Sprint(i), Result: load(t)})
	}
	var b bytes.Buffer
	if err := htmlreport.Write(&b, sources); err == nil || b.Len() > 0 {
		t.Errorf("%v, and %d bytes were written", err, b.Len())
	}
}
