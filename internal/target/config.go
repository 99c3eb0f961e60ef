package target

import (
	"errors"
	"fmt"
	"net"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/host"
	"pollpush/pkg/ajaxpoll"
	"pollpush/pkg/exchange"
	"pollpush/pkg/feed"
	"pollpush/pkg/ssepush"
	"pollpush/pkg/transport"
	"pollpush/pkg/wspush"
)

// Config is how a target serves. Start from DefaultConfig.
type Config struct {
	// Listen is the service address, Admin the address of control and metrics. A port of 0 takes
	// a free one.
	Listen string `json:"listen"`
	Admin  string `json:"admin"`
	// AdminToken guards the admin address. Without one that must be a loopback address.
	AdminToken admin.Token `json:"-"`
	// Topics exist from the start; more can be asked for on the admin address.
	Topics int `json:"topics"`
	// TLS serves the service address over TLS, AdminTLS the admin address, with the certificate in
	// CertFile and KeyFile (PEM), or with one made on the spot.
	TLS      bool   `json:"tls"`
	AdminTLS bool   `json:"admin_tls"`
	CertFile string `json:"cert_file"`
	KeyFile  string `json:"key_file"`
	// AllowOrigin are the origins besides its own whose pages may subscribe.
	AllowOrigin []string `json:"allow_origin"`
	// Deflate is whether messages are compressed for WebSocket clients that offer it, and how.
	Deflate wspush.Deflate `json:"deflate"`
	// ResponseFields are added to every answer of the service address, upgrades included. They say
	// nothing about the connection or the body, which are net/http's to say.
	ResponseFields []exchange.Field `json:"response_fields"`

	MaxConnections int           `json:"max_connections"`
	MaxTopics      int           `json:"max_topics"`
	MaxMessage     int           `json:"max_message_bytes"`
	MaxHeader      int           `json:"max_header_bytes"`
	HeaderTimeout  time.Duration `json:"header_timeout_ns"`
	IdleTimeout    time.Duration `json:"idle_timeout_ns"`
	MaxHold        time.Duration `json:"max_hold_ns"`
	DrainTimeout   time.Duration `json:"drain_timeout_ns"`
	Retain         int           `json:"retain"`
	RetainBytes    int           `json:"retain_bytes"`
	KeepAlive      time.Duration `json:"keepalive_ns"`
	Ping           time.Duration `json:"ping_ns"`
}

// DefaultConfig returns the configuration of a target that is told nothing.
func DefaultConfig() Config {
	return Config{
		Listen:         "127.0.0.1:8080",
		Admin:          "127.0.0.1:9090",
		Topics:         1,
		Deflate:        wspush.DeflateOff,
		MaxConnections: int(min(16_000, max(host.OpenFiles()-host.SpareFiles, 1))),
		MaxTopics:      10_000,
		MaxMessage:     64 << 10,
		MaxHeader:      16 << 10,
		HeaderTimeout:  10 * time.Second,
		IdleTimeout:    2 * time.Minute,
		MaxHold:        ajaxpoll.DefaultMaxHold,
		DrainTimeout:   10 * time.Second,
		Retain:         4096,
		RetainBytes:    8 << 20,
		KeepAlive:      ssepush.DefaultKeepAlive,
		Ping:           wspush.DefaultPing,
	}
}

// Bounds of what a target may be told to keep of a topic, and of its time-outs.
const (
	MaxRetain      = 1 << 24
	MaxRetainBytes = 1 << 30
	maxTimeout     = 2 * time.Hour
)

// Validate returns the first thing about the configuration that cannot work, in words that name the
// flag.
func (c Config) Validate() error {
	if err := CheckAdmin(c.Admin, c.AdminToken); err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("--listen %q: want HOST:PORT", c.Listen)
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		return errors.New("--tls-cert and --tls-key go together: name both files, or neither")
	}
	if c.CertFile != "" && !c.TLS && !c.AdminTLS {
		return errors.New("--tls-cert is for --tls or --admin-tls: add one of them")
	}
	for _, origin := range c.AllowOrigin {
		if _, err := transport.ParseOrigin(origin); err != nil {
			return fmt.Errorf("--allow-origin: %w", err)
		}
	}
	if err := checkDeflate(c.Deflate); err != nil {
		return err
	}
	if need, limit := uint64(max(c.MaxConnections, 0))+host.SpareFiles, host.OpenFiles(); need > limit {
		return fmt.Errorf("--max-connections %d needs %d open files, the limit is %d: lower it, or raise the limit with ulimit -n",
			c.MaxConnections, need, limit)
	}
	for _, n := range []struct {
		flag           string
		v, least, most int
	}{
		{"--max-connections", c.MaxConnections, 1, 1 << 24},
		{"--max-topics", c.MaxTopics, 1, 1 << 20},
		{"--topics", c.Topics, 0, c.MaxTopics},
		{"--max-message", c.MaxMessage, feed.MinPayload, feed.MaxPayload},
		{"--max-header", c.MaxHeader, 1 << 10, 1 << 20},
		{"--retain", c.Retain, 1, MaxRetain},
		{"--retain-bytes", c.RetainBytes, 1, MaxRetainBytes},
	} {
		if n.v < n.least || n.v > n.most {
			return fmt.Errorf("%s %d: want %d to %d", n.flag, n.v, n.least, n.most)
		}
	}
	for _, d := range []struct {
		flag string
		v    time.Duration
	}{
		{"--header-timeout", c.HeaderTimeout},
		{"--idle-timeout", c.IdleTimeout},
		{"--max-hold", c.MaxHold},
		{"--drain-timeout", c.DrainTimeout},
		{"--sse-keepalive", c.KeepAlive},
		{"--ws-ping", c.Ping},
	} {
		if d.v < time.Millisecond || d.v > maxTimeout {
			return fmt.Errorf("%s %s: want 1ms to %s", d.flag, d.v, maxTimeout)
		}
	}
	if c.MaxHold > ajaxpoll.DefaultMaxHold {
		return fmt.Errorf("--max-hold %s: a poll is held for %s at most", c.MaxHold, ajaxpoll.DefaultMaxHold)
	}
	return nil
}

func checkDeflate(d wspush.Deflate) error {
	switch d {
	case "", wspush.DeflateOff, wspush.DeflateNoTakeover, wspush.DeflateTakeover:
		return nil
	}
	return fmt.Errorf("--deflate %q: want %s, %s or %s",
		d, wspush.DeflateOff, wspush.DeflateNoTakeover, wspush.DeflateTakeover)
}

// CheckAdmin refuses an admin address that others could reach and no token guards: whoever reaches it
// controls the target and reads its memory.
func CheckAdmin(address string, token admin.Token) error {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return fmt.Errorf("--admin %q: want HOST:PORT", address)
	}
	if token.IsZero() && !isLoopback(address) {
		return fmt.Errorf("--admin %s can be reached from other hosts, and nothing guards it: use a loopback address such as 127.0.0.1, or guard it with --admin-token-file", address)
	}
	return nil
}

// Exposes reports whether a token crosses the network in plain text on its way to an admin address.
func Exposes(address string, token admin.Token, secure bool) bool {
	return !token.IsZero() && !secure && !isLoopback(address)
}

// isLoopback reports whether an address is one that this host alone can reach.
func isLoopback(address string) bool { return loopback(hostname(address)) }

// loopback reports whether a host's name or address is this host's own.
func loopback(name string) bool {
	return name == "localhost" || net.ParseIP(name).IsLoopback()
}
