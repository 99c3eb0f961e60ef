package adapter

import (
	"net/http"
	"strings"
	"testing"
)

const first, second = `{"seq":1,"due":10}`, `{"seq":2,"due":20}`

func TestSequenceCursor(t *testing.T) {
	var c sequenceCursor
	if target, _ := c.request(); target != "/poll?topic=0&after=0&wait=25s" {
		t.Errorf("asks for %s", target)
	}
	raws, err := c.take(nil, []byte("["+first+","+second+"]"))
	if err != nil || len(raws) != 2 || string(raws[0]) != first || string(raws[1]) != second {
		t.Errorf("%q, %v", raws, err)
	}
	if target, fields := c.request(); !strings.Contains(target, "after=2&") || fields != nil {
		t.Errorf("asks for %s with %v", target, fields)
	}
	for _, body := range []string{"", "{}", "[1]", "[" + first, `[{"missed":3,"next":4}]`} {
		if raws, err := c.take(nil, []byte(body)); err == nil {
			t.Errorf("%s: %q, want an error", body, raws)
		}
	}
}

func TestValidatorCursor(t *testing.T) {
	var c validatorCursor
	if target, fields := c.request(); target != "/poll" || fields != nil {
		t.Errorf("asks for %s with %v", target, fields)
	}
	head := http.Header{"Last-Modified": {"Sat, 01 Jan 2000 00:00:00 GMT"}, "Etag": {"3"}}
	raws, err := c.take(head, []byte(first))
	if err != nil || len(raws) != 1 || string(raws[0]) != first {
		t.Errorf("%q, %v", raws, err)
	}
	_, fields := c.request()
	if len(fields) != 2 || fields[0].Value != head.Get("Last-Modified") || fields[1].Value != "3" {
		t.Errorf("asks with %v", fields)
	}
	if _, err := c.take(http.Header{}, []byte(first)); err == nil {
		t.Error("an answer of some other server is taken")
	}
}
