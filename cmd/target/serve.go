package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pollpush/internal/admin"
	"pollpush/internal/build"
	"pollpush/internal/cli"
	"pollpush/internal/headers"
	"pollpush/internal/target"
	"pollpush/pkg/clock"
)

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:     "target",
		Short:   "The server under test: one feed over four transports",
		Version: build.Version,
		Args:    cli.NoArguments,
		RunE:    func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	root.AddCommand(serveCommand(), cli.ManCommand(build.Name))
	return root
}

func serveCommand() *cobra.Command {
	config, profile, tokenFile := target.DefaultConfig(), headers.Default, ""
	command := &cobra.Command{
		Use:   "serve",
		Short: "Serve until interrupted",
		Long: `serve delivers the messages of its topics on the service address, over /poll, /sse
and /ws, and is controlled on the admin address, which only this host can reach unless
a token guards it. Open the service address in a browser for an explanation with
commands to paste.

It ends on SIGTERM or Ctrl-C: streams are ended, held polls answered, WebSocket
connections closed with 1001.`,
		Example: `  target serve
  target serve --listen 0.0.0.0:8080 --allow-origin https://example.com
  target serve --listen 0.0.0.0:8080 --admin 0.0.0.0:9090 --admin-token-file token --admin-tls`,
		Args: cli.NoArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			loaded, err := headers.Load(profile)
			if err != nil {
				return cli.UsageError(fmt.Errorf("--headers: %w", err))
			}
			config.ResponseFields = loaded.Response
			if tokenFile != "" {
				if config.AdminToken, err = admin.ReadToken(tokenFile); err != nil {
					return cli.UsageError(fmt.Errorf("--admin-token-file: %w", err))
				}
			}
			return serve(command.Context(), config, command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	bind(command.Flags(), &config)
	command.Flags().StringVar(&tokenFile, "admin-token-file", "", "file with the token that guards the admin address, which may then be any")
	command.Flags().StringVar(&profile, "headers", profile,
		"header fields that answers carry besides: "+strings.Join(headers.Names(), ", ")+", or a file")
	return command
}

func bind(f *pflag.FlagSet, c *target.Config) {
	f.SortFlags = false
	f.StringVar(&c.Listen, "listen", c.Listen, "service address, which is measured")
	f.StringVar(&c.Admin, "admin", c.Admin, "admin address: control, metrics, profiles; loopback only, unless a token guards it")
	f.BoolVar(&c.TLS, "tls", c.TLS, "serve TLS 1.3 on the service address")
	f.BoolVar(&c.AdminTLS, "admin-tls", c.AdminTLS, "serve TLS 1.3 on the admin address, with the same certificate")
	f.StringVar(&c.CertFile, "tls-cert", "", "file with the certificate (PEM); without one, a certificate is made on the spot")
	f.StringVar(&c.KeyFile, "tls-key", "", "file with its key (PEM)")
	f.IntVar(&c.Topics, "topics", c.Topics, "topics that exist from the start")
	f.StringSliceVar(&c.AllowOrigin, "allow-origin", nil, "origins besides its own whose pages may subscribe, as https://example.com")
	f.StringVar((*string)(&c.Deflate), "deflate", string(c.Deflate), "compress WebSocket messages for clients that offer it: off, no-takeover or takeover")
	f.IntVar(&c.MaxConnections, "max-connections", c.MaxConnections, "connections at once; more are answered 503")
	f.IntVar(&c.MaxTopics, "max-topics", c.MaxTopics, "topics at most")
	f.IntVar(&c.MaxMessage, "max-message", c.MaxMessage, "bytes of a message at most")
	f.IntVar(&c.MaxHeader, "max-header", c.MaxHeader, "bytes of a request's head at most")
	f.DurationVar(&c.HeaderTimeout, "header-timeout", c.HeaderTimeout, "time for a request's head to arrive")
	f.DurationVar(&c.IdleTimeout, "idle-timeout", c.IdleTimeout, "time that a connection may wait for its next request")
	f.DurationVar(&c.MaxHold, "max-hold", c.MaxHold, "time that a poll may be held, 1m0s at most")
	f.DurationVar(&c.DrainTimeout, "drain-timeout", c.DrainTimeout, "time that a reader may take to drain before it is closed; one that acknowledges nothing for three times as long is given up")
	f.IntVar(&c.Retain, "retain", c.Retain, "messages kept of each topic")
	f.IntVar(&c.RetainBytes, "retain-bytes", c.RetainBytes, "bytes kept of each topic")
	f.DurationVar(&c.KeepAlive, "sse-keepalive", c.KeepAlive, "time after which a quiet event stream gets a comment")
	f.DurationVar(&c.Ping, "ws-ping", c.Ping, "time between pings of a WebSocket client")
}

func serve(ctx context.Context, config target.Config, stdout, stderr io.Writer) error {
	if err := config.Validate(); err != nil {
		return cli.UsageError(err)
	}
	t, err := target.New(config, clock.New(), log.New(stderr, "target: ", log.LstdFlags))
	if err != nil {
		return err
	}
	service, control, err := target.Listen(config)
	if err != nil {
		return err
	}
	if target.Exposes(config.Admin, config.AdminToken, config.AdminTLS) {
		_, _ = fmt.Fprintf(stderr, "target: the token can be read on its way to %s: add --admin-tls, unless you trust the network\n", config.Admin)
	}
	if _, err := fmt.Fprintf(stdout, "serving %s%s, admin %s%s\n",
		scheme(config.TLS), service.Addr(), scheme(config.AdminTLS), control.Addr()); err != nil {
		return err
	}
	return t.Serve(ctx, service, control)
}

func scheme(secure bool) string {
	if secure {
		return "https://"
	}
	return "http://"
}
