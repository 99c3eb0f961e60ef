package headers

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"

	"pollpush/pkg/exchange"
)

// Bounds of WithCookie, in bytes. Browsers take no cookie of more than 4096, but send many.
const (
	MinCookie = len(cookieName) + 1
	MaxCookie = 8192
)

const cookieName = "session="

// WithCookie returns the profile with a Cookie field of a value of exactly n bytes in all requests;
// 0 leaves it as it is. The cookie looks like that of a session, and is always the same one: what
// cannot be guessed does not compress, and what is random would make every run a little different.
func (p Profile) WithCookie(n int) (Profile, error) {
	if n == 0 {
		return p, nil
	}
	if n < MinCookie || n > MaxCookie {
		return Profile{}, fmt.Errorf("a cookie of %d bytes cannot be made: ask for %d to %d, or 0 for none", n, MinCookie, MaxCookie)
	}
	cookie := exchange.Field{Name: "Cookie", Value: cookieName + token(n-len(cookieName))}
	for _, kind := range []Kind{Fetch, EventSource, WebSocket} {
		fields := p.list(kind.String())
		if find(*fields, cookie.Name) >= 0 {
			return Profile{}, fmt.Errorf("header profile %s has a cookie already: ask for none, or take another profile", p.Name)
		}
		*fields = append(slices.Clip(*fields), cookie) // a copy: the caller's profile stays as it is
		if err := checkLength(kind.String(), *fields); err != nil {
			return Profile{}, fmt.Errorf("header profile %s with a cookie of %d bytes: %w", p.Name, n, err)
		}
	}
	return p, nil
}

// token returns n characters of base64url, the same ones each time.
func token(n int) string {
	var seed [32]byte
	random := make([]byte, n)                 // more than needed: four characters come of three bytes
	_, _ = rand.NewChaCha8(seed).Read(random) // it never fails
	return base64.RawURLEncoding.EncodeToString(random)[:n]
}
