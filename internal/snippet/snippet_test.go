package snippet_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pollpush/internal/snippet"
)

const document = "# Title\n" +
	"```md\n<!-- pollpush:begin result=example.json -->\n```\n" +
	"~~~~\n<!-- pollpush:end -->\n~~~\n<!-- pollpush:end -->\n~~~~\n" +
	"    <!-- pollpush:end -->\n" +
	"<!-- pollpush:begin result=a.json result=\"b c.json\" columns=latency.*,server.memory lang=zh show=table -->\n" +
	"old\n```\n" +
	"<!-- pollpush:end -->\n" +
	"between\n" +
	"  <!--pollpush:begin-->\r\n" +
	"<!--   pollpush:end   -->"

func TestParse(t *testing.T) {
	d, err := snippet.Parse("README.md", document)
	if err != nil {
		t.Fatal(err)
	}
	var got []snippet.Attributes
	for _, b := range d.Blocks {
		got = append(got, b.Attributes)
	}
	want := []snippet.Attributes{
		{Results: []string{"a.json", "b c.json"}, Columns: []string{"latency.*", "server.memory"}, Lang: "zh", Show: snippet.Table},
		{Show: snippet.All},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if d.Blocks[0].Line != 11 || d.Blocks[1].Line != 16 || d.Text(d.Blocks[0]) != "old\n```\n" {
		t.Errorf("lines %d and %d, %q", d.Blocks[0].Line, d.Blocks[1].Line, d.Text(d.Blocks[0]))
	}
}

// Only what is between the markers is replaced, and line ends are those of the document.
func TestWith(t *testing.T) {
	d, err := snippet.Parse("README.md", document)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(strings.Replace(document, "old\n```\n", "one\ntwo\n", 1), "begin-->\r\n", "begin-->\r\nthree\r\n", 1)
	got := d.With([]string{"one\ntwo\n", "three\n"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	again, err := snippet.Parse("README.md", got)
	if err != nil {
		t.Fatal(err)
	}
	if again.Stale(again.Blocks[0], "one\ntwo\n") || again.Stale(again.Blocks[1], "three\n") || !again.Stale(again.Blocks[1], "four\n") {
		t.Error("what was put there is stale")
	}
}

// Each mistake gets a sentence with its line.
func TestParseRefuses(t *testing.T) {
	const begin, end = "<!-- pollpush:begin -->\n", "<!-- pollpush:end -->\n"
	for text, want := range map[string]string{
		"":                                                 "R.md has no markers: put <!-- pollpush:begin result=FILE.json --> and",
		"```\n" + begin + end:                              "R.md has no markers",
		"x\n" + begin:                                      "R.md:2: this snippet has no end",
		"x\n" + end:                                        "R.md:2: this ends no snippet",
		begin + "x\n" + begin + end:                        "R.md:3: a snippet begins within that of line 1",
		begin + end + end:                                  "R.md:3: this ends no snippet",
		"<!-- pollpush:start -->":                          `R.md:1: "<!-- pollpush:start -->" is no marker`,
		"<!-- pollpush:begin":                              "R.md:1: ",
		"<!-- pollpush:begin --> x":                        "is no marker",
		"<!-- pollpush:beginning -->":                      "is no marker",
		begin + "<!-- pollpush:end x=y -->":                `R.md:2: "x=y" does not belong into the marker of an end`,
		"<!-- pollpush:begin please -->":                   `R.md:1: "please" is no attribute`,
		"<!-- pollpush:begin results=a.json -->":           `"results" is no attribute of a marker: want result, columns, against, lang or show`,
		"<!-- pollpush:begin lang=zh lang=en -->":          "lang is there twice",
		"<!-- pollpush:begin show=chart -->":               "show=chart is unknown: want all, table or layers",
		`<!-- pollpush:begin result="" -->`:                "result is empty",
		`<!-- pollpush:begin result="a.json columns=x -->`: "is no attribute",
	} {
		if d, err := snippet.Parse("R.md", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %q", text, d, err, want)
		}
	}
}

// Whatever a document holds, putting back what stands in its blocks changes nothing.
func FuzzParse(f *testing.F) {
	f.Add(document)
	f.Add("<!-- pollpush:begin -->\n<!-- pollpush:end -->")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := snippet.Parse("x", text)
		if err != nil {
			return
		}
		var texts []string
		for _, b := range d.Blocks {
			texts = append(texts, strings.ReplaceAll(d.Text(b), "\r\n", "\n"))
		}
		if got := d.With(texts); strings.ReplaceAll(got, "\r\n", "\n") != strings.ReplaceAll(text, "\r\n", "\n") {
			t.Errorf("%q became %q", text, got)
		}
	})
}
