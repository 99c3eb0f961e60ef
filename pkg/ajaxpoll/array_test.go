package ajaxpoll

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pollpush/pkg/feed"
)

func messages(raw ...string) (all []feed.Message) {
	for _, r := range raw {
		all = append(all, feed.Message{Raw: []byte(r)})
	}
	return all
}

func TestWriteArray(t *testing.T) {
	gap := feed.AppendGap(nil, feed.Gap{Missed: 2, Next: 3})
	for _, c := range []struct {
		gap      []byte
		messages []feed.Message
		want     string
	}{
		{nil, messages(`{"a":1}`), `[{"a":1}]`},
		{nil, messages(`{"a":1}`, `{"b":"]"}`, `{}`), `[{"a":1},{"b":"]"},{}]`},
		{gap, messages(`{"a":1}`), `[{"missed":2,"next":3},{"a":1}]`},
		{gap, messages(`{}`, `{}`), `[{"missed":2,"next":3},{},{}]`},
	} {
		var b bytes.Buffer
		if err := writeArray(&b, c.gap, c.messages); err != nil || b.String() != c.want {
			t.Errorf("wrote %s, %v; want %s", b.String(), err, c.want)
		}
		if n := arrayLength(c.gap, c.messages); n != len(c.want) {
			t.Errorf("length %d, want %d of %s", n, len(c.want), c.want)
		}
	}
}

// full takes a number of bytes and then no more.
type full int

func (f *full) Write(p []byte) (int, error) {
	if *f -= full(len(p)); *f < 0 {
		return 0, errors.New("full")
	}
	return len(p), nil
}

func TestWriteArrayStopsAtTheFirstError(t *testing.T) {
	gap, all := []byte(`{"g":0}`), messages(`{"a":1}`, `{"b":2}`)
	for size := range arrayLength(gap, all) {
		if f := full(size); writeArray(&f, gap, all) == nil {
			t.Errorf("%d bytes into %d without an error", arrayLength(gap, all), size)
		}
	}
}

// objects collects what eachObject finds.
func objects(body string) (found []string, err error) {
	err = eachObject([]byte(body), func(object []byte) error {
		found = append(found, string(object))
		return nil
	})
	return found, err
}

func TestEachObject(t *testing.T) {
	for body, want := range map[string]string{
		`[]`:                              ``,
		" [ \n ] \r\n\t":                  ``,
		`[{}]`:                            `{}`,
		`[{"a":1},{"b":2}]`:               `{"a":1} {"b":2}`,
		" [ {\"a\" : 1}\n,\r\t{} ] ":      `{"a" : 1} {}`,
		`[{"a":{"b":[{}]}},{"c":[1,{}]}]`: `{"a":{"b":[{}]}} {"c":[1,{}]}`,
		// Braces in strings are text, and an escaped quotation mark ends no string (RFC 8259 section 7).
		`[{"a":"}{]["},{"b":"\"}"},{"c":"\\"},{"\\\"{":"d"}]`: `{"a":"}{]["} {"b":"\"}"} {"c":"\\"} {"\\\"{":"d"}`,
	} {
		found, err := objects(body)
		if got := strings.Join(found, " "); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", body, got, err, want)
		}
	}
	for _, body := range []string{
		``, ` `, `{}`, `[`, `]`, `[{}`, `[{},`, `[{},]`, `[,{}]`, `[{}{}]`, `[{};{}]`, `[{}]x`, `[]]`, `[] []`,
		`[1]`, `["{}"]`, `[null]`, `[[{}]]`, `[{"a":"}]`, `[{"a":"\`, `[{"a":"\"}]`, `[{{}]`,
	} {
		if found, err := objects(body); !errors.Is(err, errNotArray) {
			t.Errorf("%s: %q, %v; want %v", body, found, err, errNotArray)
		}
	}
}

func TestEachObjectStopsWhenToldTo(t *testing.T) {
	enough, calls := errors.New("enough"), 0
	err := eachObject([]byte(`[{},{},{}]`), func([]byte) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("%v after %d calls, want %v after 1", err, calls, enough)
	}
}

// For every JSON text, eachObject takes exactly the arrays of objects, and finds the objects that
// encoding/json finds.
func FuzzEachObject(f *testing.F) {
	for _, seed := range []string{`[]`, `[{"a":"}{\\\""}, {}]`, `[{"a":[{}]},1]`, `[{},{"b":"\u007d"}]`, `{}`, `[{"a":"\"}]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		found, err := objects(body)
		if !json.Valid([]byte(body)) {
			return // it must only not panic: what is in an object is not checked
		}
		var want []json.RawMessage
		ok := json.Unmarshal([]byte(body), &want) == nil && strings.HasPrefix(strings.TrimSpace(body), "[")
		for _, w := range want {
			ok = ok && w[0] == '{'
		}
		if ok != (err == nil) {
			t.Fatalf("%s: %v, want success: %t", body, err, ok)
		}
		for i := range want {
			if ok && found[i] != string(want[i]) {
				t.Fatalf("%s: object %d is %s, want %s", body, i, found[i], want[i])
			}
		}
		if ok && len(found) != len(want) {
			t.Fatalf("%s: %d objects, want %d", body, len(found), len(want))
		}
	})
}

func BenchmarkEachObject(b *testing.B) {
	object := `{"seq":1,"due":2,"pad":"` + strings.Repeat("x", 100) + `"}`
	body := []byte("[" + strings.Repeat(object+",", 9) + object + "]")
	n := 0
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		_ = eachObject(body, func([]byte) error { n++; return nil })
	}
	b.ReportMetric(float64(n)/float64(b.N), "objects/op")
}
