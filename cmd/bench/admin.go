package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"

	"pollpush/internal/admin"
	"pollpush/internal/target"
)

// control is how bench reaches the admin address of a target that runs already.
type control struct {
	url       string
	tokenFile string
	// What check made of them: the token, and what the certificate is checked by, nil without TLS.
	token admin.Token
	trust *tls.Config
}

// client returns a client for the address.
func (c control) client() *admin.Client {
	return admin.NewGuardedClient(c.url, nil, c.trust, c.token)
}

// check reads the token, and refuses an address that cannot be one. It reports whether TLS is spoken
// there.
func (c *control) check() (secure bool, err error) {
	u, err := url.Parse(c.url)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Port() == "" || u.User != nil {
		return false, errors.New("--admin is no admin address: want http://HOST:PORT or https://HOST:PORT")
	}
	if c.tokenFile != "" {
		if c.token, err = admin.ReadToken(c.tokenFile); err != nil {
			return false, fmt.Errorf("--admin-token-file: %w", err)
		}
	}
	return u.Scheme == "https", target.CheckAdmin(u.Host, c.token)
}

// warning says who could read the token on its way, if anybody could.
func (o *options) warning() string {
	u, err := url.Parse(o.admin.url)
	if err != nil || !target.Exposes(u.Host, o.admin.token, u.Scheme == "https" && !o.insecure) {
		return ""
	}
	if o.insecure && u.Scheme == "https" {
		return "with --insecure the token goes to whoever answers at " + u.Host + ": name the certificate with --ca, unless you trust the network"
	}
	return "the token can be read on its way to " + u.Host + ": serve with --admin-tls, unless you trust the network"
}

// probe finds out whether the target takes the token, before any client starts. Whether it is there at
// all is found out later.
func (c control) probe(ctx context.Context) error {
	client := c.client()
	defer client.Close()
	err := client.Check(ctx)
	switch {
	case errors.As(err, new(*admin.TokenError)):
		return err
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return fmt.Errorf("--admin %s: %w: name the certificate that it is signed by with --ca, or leave the check out with --insecure", c.url, err)
	}
	return nil
}
