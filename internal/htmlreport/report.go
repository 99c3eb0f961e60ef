package htmlreport

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"pollpush/internal/chart"
	"pollpush/internal/gallery"
)

var (
	//go:embed page.tmpl
	pageText string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
	//go:embed uplot/uPlot.iife.min.js
	uplotJS string
	//go:embed uplot/uPlot.min.css
	uplotCSS string
	//go:embed uplot/LICENSE
	uplotLicense string
)

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"class": class,
	"span":  func(columns []string) int { return 1 + len(columns) },
	"facts": func(title, words string, pairs []pair) facts { return facts{title, words, pairs} },
}).Parse(pageText))

// document is what the template shows.
type document struct {
	Policy  template.HTMLAttr
	Style   template.CSS
	Scripts []template.JS
	Title   string
	Several bool
	Results []section
	Figures []figure
	Missing []string
}

// Write writes the report of results, which are drawn into the same charts. There are gallery.Most at the most.
func Write(w io.Writer, sources []gallery.Source) error {
	figures, missing, err := gallery.Of(sources)
	if err != nil {
		return err
	}
	d := document{Several: len(sources) > 1, Missing: missing}
	var names []string
	for i, s := range sources {
		section, err := sectionOf(i, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		d.Results = append(d.Results, section)
		names = append(names, section.Name)
	}
	d.Title = "pollpush: " + strings.Join(names, ", ")
	for _, f := range figures {
		d.Figures = append(d.Figures, show(f))
	}
	d.dress()
	var b bytes.Buffer // a template that fails half-way leaves nothing
	if err := page.Execute(&b, d); err != nil {
		return err
	}
	_, err = io.WriteString(w, chart.Printable(b.String())) // whatever a field holds, and wherever it stands
	return err
}

// dress adds style and scripts, and the policy that allows these and nothing else.
func (d *document) dress() {
	style := uplotCSS + "\n" + colours() + chart.StyleSheet() + "\n" + pageCSS
	scripts := []string{"/*! uPlot:\n" + uplotLicense + "*/\n" + uplotJS, pageJS}
	d.Style = template.CSS(style) //nolint:gosec // it is all built in
	allowed := make([]string, len(scripts))
	for i, s := range scripts {
		d.Scripts = append(d.Scripts, template.JS(s)) //nolint:gosec // it is all built in
		allowed[i] = digest(s)
	}
	policy := fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'",
		strings.Join(allowed, " "), digest(style))
	d.Policy = template.HTMLAttr(`content="` + policy + `"`) //nolint:gosec // hashes and constants
}

// digest names a text in a policy (CSP level 3, section 2.3.1).
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// colours gives the page, and the script, the inks of the charts.
func colours() string {
	var b strings.Builder
	rules := func(colour func(chart.Shade) string) {
		b.WriteString(":root{")
		for _, s := range chart.Palette() {
			fmt.Fprintf(&b, "--%s:%s;", s.Ink, colour(s))
		}
		b.WriteString("}")
	}
	rules(func(s chart.Shade) string { return s.Light })
	b.WriteString("@media screen and (prefers-color-scheme:dark){")
	rules(func(s chart.Shade) string { return s.Dark })
	b.WriteString("}\n")
	return b.String()
}
