package target

import (
	"crypto/rand"
	_ "embed"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"regexp"
	"time"

	"pollpush/internal/build"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// pagePolicy lets the page run its own script, use its own style and talk to its own origin. Both
// carry a nonce, so what somebody smuggled into the page would not run.
const pagePolicy = "default-src 'none'; style-src 'nonce-%[1]s'; script-src 'nonce-%[1]s'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// What the commands on the page ask for, where the configuration permits it.
const (
	pageWait         = 25 * time.Second
	pagePayloadBytes = 100 // less than 126: a frame's header is then two bytes
)

// page explains the endpoints, with commands to paste, and follows topic 0 over each transport.
func page(adminAddress string, config Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := rand.Text()
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Cache-Control", "no-store") // a nonce is good for one answer
		header.Set("Content-Security-Policy", fmt.Sprintf(pagePolicy, nonce))
		_ = pageTemplate.Execute(w, map[string]any{ // a client that is gone needs no page
			"Host": pasteHost(r), "Config": config, "Version": build.Version, "Nonce": nonce,
			"Admin": adminURL(adminAddress, config.AdminTLS), "Guarded": !config.AdminToken.IsZero(),
			"AdminSelfMade": config.AdminTLS && config.CertFile == "",
			"Scheme":        scheme(r), "SelfMade": config.TLS && config.CertFile == "",
			"Wait": min(pageWait, config.MaxHold), "PayloadBytes": min(pagePayloadBytes, config.MaxMessage),
		})
	})
}

// adminURL returns how the admin address is reached from where it is.
func adminURL(address string, secure bool) string {
	if secure {
		return "https://" + address
	}
	return "http://" + address
}

// scheme returns what the page was asked for with, for the commands on it.
func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// plainHost matches host and port without anything that means something to a shell.
var plainHost = regexp.MustCompile(`^([0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$`)

// pasteHost returns the host to name in commands that a person pastes into a shell: the one that
// was asked for or, when that is not plain, the address that the connection came in on. HTML escaping
// does not help here: a page can be reached under any name that its visitor was sent to, and names
// may hold quotes and semicolons (RFC 3986 section 3.2.2).
func pasteHost(r *http.Request) string {
	if plainHost.MatchString(r.Host) {
		return r.Host
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return local.String()
	}
	return "localhost"
}
