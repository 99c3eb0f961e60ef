package headers

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"pollpush/internal/textfile"
	"pollpush/pkg/exchange"
)

// The sections of a profile's file. Before the first one stands what goes into every request.
const (
	sectionEvery       = ""
	sectionFetch       = "fetch"
	sectionEventSource = "eventsource"
	sectionWebSocket   = "websocket"
	sectionHTTP2       = "http2"
	sectionResponse    = "response"
)

var sections = []string{sectionFetch, sectionEventSource, sectionWebSocket, sectionHTTP2, sectionResponse}

// parser reads a profile's file line by line.
type parser struct {
	profile Profile
	builtIn bool
	section string
	begun   map[string]bool // the sections there were
}

// parse reads a profile. A built-in one may hold a little more, see checkRequest.
func parse(name string, text []byte, builtIn bool) (Profile, error) {
	p := parser{profile: Profile{Name: name}, builtIn: builtIn, begun: make(map[string]bool)}
	number := 0
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		number++
		err := p.line(number, string(bytes.TrimSuffix(line, []byte("\r"))))
		if err != nil {
			return Profile{}, fmt.Errorf("%s:%d: %w", name, number, err)
		}
	}
	return p.profile, nil
}

// line reads one line, without its end.
func (p *parser) line(number int, line string) error {
	if err := textfile.CheckLine(line, file); err != nil {
		return err
	}
	comment, isComment := strings.CutPrefix(line, "#")
	switch {
	case strings.TrimSpace(line) == "":
		return nil
	case isComment && number == 1:
		p.profile.Source = strings.TrimSpace(comment)
		return nil
	case isComment:
		return nil
	case line[0] == ' ' || line[0] == '\t': // obs-fold, RFC 9112 section 5.2
		return errors.New("a line that begins with a space would continue the one before: write the field on one line")
	case line[0] == '[':
		return p.begin(strings.TrimRight(line, " \t"))
	}
	f, err := parseField(line)
	if err != nil {
		return err
	}
	return p.add(f)
}

// begin enters the section that a line names.
func (p *parser) begin(line string) error {
	name, ended := strings.CutSuffix(line[1:], "]")
	if !ended || !slices.Contains(sections, name) {
		return fmt.Errorf("%.80q is no section: there are [fetch], [eventsource], [websocket], [http2] and [response]", line)
	}
	if p.begun[name] {
		return fmt.Errorf("[%s] is there already: put its fields together", name)
	}
	p.begun[name] = true
	p.section = name
	return nil
}

// parseField reads a field line as RFC 9110 section 5 has it, in ASCII.
func parseField(line string) (exchange.Field, error) {
	name, value, ok := strings.Cut(line, ":")
	if ok && name == "" {
		return exchange.Field{}, fmt.Errorf("%.80q is a field that HTTP/2 makes of the request line: take it out", line)
	}
	if !ok || !isToken(name) {
		return exchange.Field{}, fmt.Errorf("%.80q is no header field: write it as Name: value", line)
	}
	value = strings.Trim(value, " \t")
	if i := strings.IndexFunc(value, func(r rune) bool { return r > unicode.MaxASCII }); i >= 0 {
		return exchange.Field{}, fmt.Errorf("the value of %s is not ASCII at %.20q: encode it as a browser would, or take it out", name, value[i:])
	}
	return exchange.Field{Name: name, Value: value}, nil
}

// isToken reports whether s is a token (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	const marks = "!#$%&'*+-.^_`|~"
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		return !letter && (r < '0' || r > '9') && !strings.ContainsRune(marks, r)
	})
}

// add adds a field to what the section stands for.
func (p *parser) add(f exchange.Field) error {
	if err := p.check(f); err != nil {
		return err
	}
	for _, name := range p.lists() {
		fields := p.profile.list(name)
		if find(*fields, f.Name) >= 0 {
			return fmt.Errorf("%s is in [%s] twice: leave one of them", f.Name, name)
		}
		*fields = append(*fields, f)
		if err := checkLength(name, *fields); err != nil {
			return err
		}
	}
	return nil
}

// lists returns the names of the lists that the section's fields go into.
func (p *parser) lists() []string {
	if p.section == sectionEvery {
		return []string{sectionFetch, sectionEventSource, sectionWebSocket}
	}
	return []string{p.section}
}

// list returns the list of a section; that of a kind is named after it.
func (p *Profile) list(section string) *[]exchange.Field {
	switch section {
	case sectionEventSource:
		return &p.EventSource
	case sectionWebSocket:
		return &p.WebSocket
	case sectionHTTP2:
		return &p.HTTP2
	case sectionResponse:
		return &p.Response
	default:
		return &p.Fetch
	}
}
