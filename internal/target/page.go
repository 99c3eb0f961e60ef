package target

import (
	_ "embed"
	"html/template"
	"net/http"

	"pollpush/internal/build"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// page explains the endpoints, with commands to paste, and follows topic 0 over each transport.
func page(adminAddress string, config Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'")
		_ = pageTemplate.Execute(w, map[string]any{ // a client that is gone needs no page
			"Host": r.Host, "Admin": adminAddress, "Config": config, "Version": build.Version,
		})
	})
}
