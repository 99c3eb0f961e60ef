package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"pollpush/internal/textfile"
)

// What a token may be: too long to be guessed, and what a header field can hold as one word.
const (
	minTokenBytes = 16
	maxTokenBytes = 4 << 10
)

// refusalTimeout bounds how long the body of a request that is refused may take to arrive.
const refusalTimeout = time.Second

// Token is the secret that guards an admin address. The zero value is none.
//
// It stands behind a pointer, and nothing outside of this package can get at it: whatever prints or
// encodes what holds a token shows its file at most.
type Token struct {
	secret *string
	file   string
}

// ReadToken reads the token that a file holds, white space around it left out. A file that every user of
// the host can read, or write, is refused: whoever is on the host would control the target.
func ReadToken(file string) (Token, error) {
	text, err := textfile.Read(file, "a token")
	if errors.Is(err, fs.ErrNotExist) {
		return Token{}, fmt.Errorf("%s is no file: name one that holds a token", file)
	}
	if err != nil {
		return Token{}, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return Token{}, err
	}
	const others = 0o006
	if info.Mode().Perm()&others != 0 && runtime.GOOS != "windows" { // where modes say nothing
		return Token{}, fmt.Errorf("%s is open to every user of this host (%s): close it with chmod 600", file, info.Mode())
	}
	secret := strings.TrimSpace(string(text))
	if err := checkToken(len(text), secret); err != nil {
		return Token{}, fmt.Errorf("%s %w", file, err)
	}
	return Token{secret: &secret, file: file}, nil
}

// checkToken says what is wrong with a token, and does not quote it.
func checkToken(fileBytes int, secret string) error {
	switch {
	case fileBytes > maxTokenBytes:
		return fmt.Errorf("has more than %d bytes, too many for a token: name a file with a shorter one", maxTokenBytes)
	case len(secret) < minTokenBytes:
		return fmt.Errorf("holds a token of %d bytes, which can be guessed: make one of %d or more, as with openssl rand -hex 32",
			len(secret), minTokenBytes)
	case strings.ContainsFunc(secret, func(c rune) bool { return c <= ' ' || c > '~' }):
		return errors.New("holds more than one word of printable ASCII, and no token: make one as with openssl rand -hex 32")
	}
	return nil
}

// IsZero reports whether there is no token.
func (t Token) IsZero() bool { return t.secret == nil }

// Guard lets those requests through to next that name the token (RFC 6750 section 2.1), and answers all
// others with 401. The token must not be zero.
func (t Token) Guard(next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(*t.secret))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !names(r, want) {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(refusalTimeout)) // it has deadlines
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.Header().Set("Connection", "close")
			http.Error(w, "this address asks for its token: Authorization: Bearer TOKEN", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// names reports whether a request names the token whose hash is want. Hashes are compared, and in
// constant time: how long it takes says nothing about the token, not even its length.
func names(r *http.Request, want [sha256.Size]byte) bool {
	scheme, named, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	got := sha256.Sum256([]byte(named))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}

// name names the token in a request, if there is one.
func (t Token) name(r *http.Request) {
	if !t.IsZero() {
		r.Header.Set("Authorization", "Bearer "+*t.secret)
	}
}

// TokenError says that a target did not take the token that it was given, or that it was given none.
type TokenError struct {
	// Base is the admin address.
	Base  string
	Token Token
}

// Error says what to do.
func (e *TokenError) Error() string {
	if e.Token.IsZero() {
		return fmt.Sprintf("the target at %s asks for a token: name the file that holds it with --admin-token-file", e.Base)
	}
	return fmt.Sprintf("the target at %s refuses the token in %s: see that both sides are given the same one", e.Base, e.Token.file)
}
