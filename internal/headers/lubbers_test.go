package headers

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
)

// The paper counts 871 characters: 692 and 179.
func TestPaper(t *testing.T) {
	request, answer, err := Paper()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, head        string
		characters, bytes int
	}{{"request", request, 692, 716}, {"answer", answer, 179, 193}} {
		characters := len(strings.ReplaceAll(c.head, "\r\n", ""))
		if characters != c.characters || len(c.head) != c.bytes {
			t.Errorf("%s: %d characters in %d bytes, want %d in %d:\n%s", c.name, characters, len(c.head), c.characters, c.bytes, c.head)
		}
	}
	got, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request)))
	if err != nil || got.RequestURI != "/PollingStock//PollingStock" || got.Host != "localhost:8080" || len(got.Cookies()) != 9 {
		t.Errorf("%v, the request is %+v", err, got)
	}
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(answer)), got)
	if err != nil {
		t.Fatal(err)
	}
	if response.ContentLength != 21 || response.Header.Get("X-Powered-By") != "Servlet/2.5" {
		t.Errorf("the answer is %+v", response)
	}
	_ = response.Body.Close() // nobody reads it
}
