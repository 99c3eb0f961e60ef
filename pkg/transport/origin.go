package transport

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Origins are the origins (scheme://host[:port]) besides the server's own whose pages may
// subscribe. The zero value allows none of them.
type Origins []string

// ParseOrigin checks an origin as a person writes it and returns it in the form that a browser
// sends.
func ParseOrigin(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("%q is no origin: want scheme://host[:port], as https://example.com", s)
	}
	host := strings.ToLower(u.Host)
	return u.Scheme + "://" + strings.TrimSuffix(host, defaultPorts[u.Scheme]), nil
}

// defaultPorts are those that a browser leaves out of an origin.
var defaultPorts = map[string]string{"http": ":80", "https": ":443"}

// Check refuses a request that a page of a foreign origin sent, and permits the reading of the
// answer (the Fetch standard's CORS protocol) where such an origin is allowed. Requests without an
// Origin come from no page, or from the server's own.
func (o Origins) Check(w http.ResponseWriter, r *http.Request) error {
	origin := r.Header.Get("Origin")
	if origin == "" || sameHost(origin, r.Host) {
		return nil
	}
	if !slices.Contains(o, strings.ToLower(origin)) {
		return &Refusal{http.StatusForbidden, fmt.Sprintf("origin %.100q may not subscribe here", origin)}
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Vary", "Origin")
	return nil
}

func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, host)
}
