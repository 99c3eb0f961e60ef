package report

import (
	"fmt"
	"strings"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Lang is a language that tables and sentences are written in.
type Lang string

// The languages.
const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// Langs returns all languages.
func Langs() []Lang { return []Lang{English, Chinese} }

// catalogue has everything that is said, by language.
var catalogue = map[Lang]*words{English: &english, Chinese: &chinese}

// words is everything that tables and sentences are made of in one language. Texts with verbs are formats;
// where the order of what goes into them differs between languages, the verbs are numbered.
type words struct {
	title  map[scenario.Transport]string // over a transport's column
	within map[scenario.Transport]string // in a sentence
	state  map[result.State]string
	labels map[string]string // of rows: figures by their name, headings, and verdict

	comma, and string // between the parts of a list, and before its last
	clause     string // between what is said one after the other
	colon      string // between what is spoken of and what is said of it
	cut        string // a trial that did not go through

	clients, topics, windows, bytes, messages count
	targets, connections, times               count

	variant             string // its name
	incomplete, nothing string
	sentences           sentences
	conditions          conditions
	layers              layerWords
	groups              groupWords
	sweep               sweepWords
}

// sentences say what the figures say.
type sentences struct {
	only                                 string // transports
	noneFaster                           string // ms
	soonest, tied, within, later, stop   string // transports; nothing; ms; transport, ms; nothing
	bytes, bytesOver                     string // parts, payload; bytes, transport
	empty, emptyIn                       string // parts; share, transport
	cheaper, cheaperIn, notCheaper       string // parts; what, bytes, transport, bytes, transport
	bytesPerDelivery, cpuPer1000, memory string
	reason                               string // transport, trial, level, reason
	marked                               string
}

// conditions say what was measured, and on what.
type conditions struct {
	measured                    string // clients, topics, rate, payload, arrivals, interval, pacing, hold, protocols, windows, duration, warmup, seed
	bursts                      string // messages
	on                          string // machine, target
	ownTarget, ownTargets       string // nothing; targets
	spread                      string // clients, generators, targets
	sources                     string // addresses
	dials                       string // connections
	full, fullAtLeast           string // times
	clocks                      string // ms
	emulated, loopback          string
	keepAlive, noKeepAlive      string
	resumption, webSocketAside  string
	deflateEach, deflateContext string
	link, linkNamed             string // round trip; round trip, name
	jitter, rates, noLimit      string // jitter; down, up; nothing
	profile, cookie             string // name; bytes
	unknown                     string
	machine                     string // kernel, processors, model, Go, version
}

// layerWords are those of the table of layers.
type layerWords struct {
	headers, over, transport, polls string // heads of columns; the others are labels of figures
	cookie                          string // profile, bytes
	every                           string // interval, share
	noKeepAlive, resumed, deflate   string // nothing; nothing; how
	asGroups                        string
	ip                              string // bytes with TCP and IP headers, in a narrow head
}

// groupWords are those of groups and stages.
type groupWords struct {
	group, transport              string // heads of the table
	clients, delivered, lost      string
	mean, p50, p99, predicted     string
	requests, bytes               string
	stages                        string // clients, one after the other
	list, apart                   string // groups; nothing
	one, over, link, profile, end string // name, share; transport; link; profile; nothing
	late                          string // messages
}

// sweepWords are those of sweeps.
type sweepWords struct {
	first    string // setting, value
	also     string // settings
	machines string
	untested string
}

// titleOf returns what stands over a transport's column: its name in the result when it is an unknown one.
func (w *words) titleOf(t scenario.Transport) string {
	if title, ok := w.title[t]; ok {
		return title
	}
	return string(t)
}

// stateOf returns a state's name: that in the result when it is an unknown one.
func (w *words) stateOf(s result.State) string {
	if name, ok := w.state[s]; ok {
		return name
	}
	return string(s)
}

// full is what a figure is called by itself: the heading that it stands under in the table, and its label.
func (w *words) full(name string) string {
	heading := ""
	for _, r := range rows {
		if r.heads() {
			heading = r.name
		}
		if r.name == name {
			break
		}
	}
	return w.labels[heading] + w.colon + w.labels[name]
}

// count is a noun after a number: for one of it, and for several.
type count struct{ one, many string }

// of returns n of it.
func (c count) of(n int64) string {
	if n == 1 {
		return fmt.Sprintf(c.one, "1")
	}
	return fmt.Sprintf(c.many, Grouped(n))
}

// list joins texts as a sentence does.
func (w *words) list(texts []string) string {
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	return strings.Join(texts[:len(texts)-1], w.comma) + w.and + texts[len(texts)-1]
}
