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
// answer (the Fetch standard's CORS protocol) where such an origin is allowed. A page can also ask without
// saying who it is, for what it may not read but could hold open: browsers then say at least that
// it is another site's (Sec-Fetch-Site, Fetch Metadata). What says neither comes from no page.
func (o Origins) Check(w http.ResponseWriter, r *http.Request) error {
	origin := r.Header.Get("Origin")
	if origin == "" && foreignSubresource(r.Header) {
		return &Refusal{http.StatusForbidden, "pages of other sites may not subscribe here"}
	}
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

// foreignSubresource reports whether a page of another site wants something for itself, rather than
// sending its visitor here.
func foreignSubresource(h http.Header) bool {
	site := h.Get("Sec-Fetch-Site")
	return (site == "cross-site" || site == "same-site") && h.Get("Sec-Fetch-Mode") != "navigate"
}

func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, host)
}
