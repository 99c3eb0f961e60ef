package chart_test

import (
	"math"
	"regexp"
	"strconv"
	"testing"

	"pollpush/internal/chart"
)

// A bar below 0 ends where one above 0 begins, on one scale.
func TestBarsBelowZero(t *testing.T) {
	bar := func(v float64, ink chart.Ink) chart.Group {
		return chart.Group{Bars: []chart.Bar{{Parts: []chart.Part{{Fill: chart.Fill{Ink: ink}, Length: v}}}}}
	}
	text := svg(t, chart.Bars{Groups: []chart.Group{bar(-5, chart.Orange), bar(10, chart.Blue)}}, 760)
	drawn := func(ink string) (x, width float64) {
		found := regexp.MustCompile(`<rect x="([^"]*)" y="[^"]*" width="([^"]*)" height="[^"]*" class="f-` + ink).FindStringSubmatch(text)
		if found == nil {
			t.Fatalf("no %s in %s", ink, text)
		}
		var err [2]error
		x, err[0] = strconv.ParseFloat(found[1], 64)
		width, err[1] = strconv.ParseFloat(found[2], 64)
		if err[0] != nil || err[1] != nil {
			t.Fatal(err)
		}
		return x, width
	}
	below, short := drawn("orange")
	above, long := drawn("blue")
	if math.Abs(below+short-above) > 0.2 || math.Abs(2*short-long) > 0.3 || short < 50 {
		t.Errorf("one is drawn from %v, %v long, the other from %v, %v long", below, short, above, long)
	}
}
