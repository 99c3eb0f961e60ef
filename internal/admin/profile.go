package admin

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// CPUProfile returns where the target's processor time went in the time that follows, in the form of pprof.
// It counts in whole seconds, one at least.
func (c *Client) CPUProfile(ctx context.Context, over time.Duration) ([]byte, error) {
	return c.profile(ctx, fmt.Sprintf("/debug/pprof/profile?seconds=%d", max(1, int64(over/time.Second))))
}

// HeapProfile returns what is in the target's memory after a collection, in the form of pprof.
func (c *Client) HeapProfile(ctx context.Context) ([]byte, error) {
	return c.profile(ctx, "/debug/pprof/heap?gc=1")
}

// profile asks over a connection of its own: the answer begins when the profile is over.
func (c *Client) profile(ctx context.Context, path string) ([]byte, error) {
	transport, ok := c.http.Transport.(*http.Transport)
	if !ok {
		return nil, fmt.Errorf("GET %s: no connection of its own to be had", path)
	}
	transport = transport.Clone()
	transport.ResponseHeaderTimeout = 0
	defer transport.CloseIdleConnections()
	patient := *c
	patient.http = &http.Client{Transport: transport, CheckRedirect: c.http.CheckRedirect}
	return patient.do(ctx, http.MethodGet, path, nil)
}
