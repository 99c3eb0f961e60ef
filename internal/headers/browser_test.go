//go:build linux

package headers

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pollpush/pkg/exchange"
)

const chromeFile = "profiles/chrome.headers"

var update = flag.Bool("update", false, "write profiles/chrome.headers as the browser here has it")

// The chrome profile is what a browser sends, but for versions. Debian's next browser may send
// something else; then the profile is captured anew.
func TestChromeIsWhatTheBrowserSends(t *testing.T) {
	path := chromium(t)
	http1, http2 := capture(t, path, viaTCP), capture(t, path, viaHTTP2)
	if *update {
		writeProfile(t, source(t, path), http1, http2)
	}
	text, err := os.ReadFile(chromeFile) // what is embedded may be older
	if err != nil {
		t.Fatal(err)
	}
	p, err := parse("chrome", text, true)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "HTTP/1.1", requestsOf(p, false), http1)
	compare(t, "HTTP/1.1 with TLS", requestsOf(p, false), capture(t, path, viaTLS))
	compare(t, "HTTP/2", requestsOf(p, true), http2)

	unsafe := requestsOf(p, false)
	for kind, fields := range unsafe {
		unsafe[kind] = overUnsafeHTTP(fields)
	}
	compare(t, "HTTP/1.1 from another host (which is the profile's note, written by writeProfile)", unsafe, capture(t, path, viaElsewhere))
}

// overUnsafeHTTP returns a request's fields as the note in the profile says that they are over plain
// HTTP from another host.
func overUnsafeHTTP(fields []exchange.Field) []exchange.Field {
	var rest []exchange.Field
	for _, f := range fields {
		if name := strings.ToLower(f.Name); strings.HasPrefix(name, "sec-ch-ua") || strings.HasPrefix(name, "sec-fetch-") {
			continue
		}
		rest = append(rest, exchange.Field{Name: f.Name, Value: strings.TrimSuffix(f.Value, ", br, zstd")})
	}
	return rest
}

// compare finds where the browser has left the profile.
func compare(t *testing.T, over string, profile, browser requests) {
	t.Helper()
	for _, kind := range kinds {
		if diff := cmp.Diff(versionless(profile[kind]), versionless(browser[kind])); diff != "" {
			t.Errorf("over %s the browser's %s is not the profile's (-profile +browser): run scripts/capture-headers and commit\n%s",
				over, kind, diff)
		}
	}
}

// chromium returns the browser's path. Where there is none, the test is skipped; CI sets
// POLLPUSH_REQUIRE, and there it fails.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "chromium is not installed"
	if os.Getenv("POLLPUSH_REQUIRE") != "" {
		t.Fatal(missing + ", and POLLPUSH_REQUIRE is set")
	}
	t.Skip(missing)
	return ""
}

// capture has a fresh browser open the page, and returns its requests without what a profile does
// not have. The browser's process group is killed when they are complete, or after a minute.
func capture(t *testing.T, path string, by via) requests {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := record(t, by)
	var stderr bytes.Buffer
	c := browser(ctx, path, t.TempDir(), r.origin+"/")
	c.Stderr = &stderr // Wait waits for all that hold it: the browser and its children
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = c.Wait() // it is killed in the end
		close(ended)
	}()
	select {
	case <-r.complete:
	case <-ended: // by itself, or as its time was over
		t.Fatalf("the browser ended (%s) before it had sent everything:\n%s", c.ProcessState, &stderr)
	}
	cancel()
	<-ended
	return r.requests()
}

// browser returns the command of a headless browser that opens a page. When ctx ends, its whole
// process group is killed.
func browser(ctx context.Context, path, home, url string) *exec.Cmd {
	c := exec.CommandContext(ctx, path, "--headless", "--user-data-dir="+home,
		"--no-sandbox",                // root has none, and it opens only what the test serves
		"--ignore-certificate-errors", // the test's is nobody's
		"--host-resolver-rules=MAP "+elsewhere+" 127.0.0.1",
		"--accept-lang=en-US,en", // whatever the system's language is
		"--no-first-run", "--no-proxy-server", "--disable-gpu", "--disable-dev-shm-usage", "--disable-sync",
		"--disable-background-networking", "--disable-component-update", "--disable-breakpad", url)
	c.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	return c
}

// source says which browser it is.
func source(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), path, "--version").Output()
	if err != nil {
		t.Fatalf("%s --version: %v", path, err)
	}
	return regexp.MustCompile(`^\D*[\d.]*`).FindString(string(out)) + " on Linux, headless"
}

// note is what a captured profile says about itself.
const note = `
# Written by scripts/capture-headers. A browser with a window calls itself Chrome, so HeadlessChrome is
# Chrome here, too. The page is of loopback or https: over plain HTTP from another host the browser
# leaves out sec-ch-ua and Sec-Fetch, and asks for neither br nor zstd.
`

// writeProfile writes what the browser sent as the chrome profile.
func writeProfile(t *testing.T, source string, http1, http2 requests) {
	t.Helper()
	p := Profile{Source: source, Fetch: http1[Fetch], EventSource: http1[EventSource], WebSocket: http1[WebSocket]}
	for _, kind := range []Kind{Fetch, EventSource} {
		same := p.Request(kind, true, originMark)
		for _, f := range http2[kind] {
			if !slices.Contains(same, f) && find(p.HTTP2, f.Name) < 0 {
				p.HTTP2 = append(p.HTTP2, f)
			}
		}
	}
	first, rest, _ := strings.Cut(string(render(p)), "\n")
	if err := os.WriteFile(chromeFile, []byte(first+"\n"+note+rest), 0o644); err != nil {
		t.Fatal(err)
	}
}

// versionless returns the fields without what another version of the same browser says otherwise:
// its number, and the made-up brand (GREASE, User-Agent Client Hints section 6.2) in its changing
// place, of which the number of digits may change as well.
func versionless(fields []exchange.Field) []exchange.Field {
	fields = slices.Clone(fields)
	for i, f := range fields {
		switch strings.ToLower(f.Name) {
		case "user-agent":
			fields[i].Value = chromeVersion.ReplaceAllString(f.Value, "Chrome/N")
		case "sec-ch-ua":
			brands := strings.Split(brandVersion.ReplaceAllString(f.Value, `v="N"`), ", ")
			for i, brand := range brands {
				brands[i] = greaseBrand.ReplaceAllString(brand, `"GREASE"`)
			}
			slices.Sort(brands)
			fields[i].Value = strings.Join(brands, ", ")
		}
	}
	return fields
}

var (
	chromeVersion = regexp.MustCompile(`Chrome/[\d.]+`)
	brandVersion  = regexp.MustCompile(`v="[\d.]+"`)
	greaseBrand   = regexp.MustCompile(`^"Not.A.Brand"`)
)
