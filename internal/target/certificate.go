package target

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"

	"pollpush/internal/build"
)

// certificateLife is how long a self-made certificate holds: longer than any run.
const certificateLife = 7 * 24 * time.Hour

// secure returns what the target serves TLS with: the certificate of the configured files, or one
// made on the spot, for this host's own names. ca is what a client must trust, nil with files.
func (c Config) secure() (config *tls.Config, ca []byte, err error) {
	var certificate tls.Certificate
	if c.CertFile != "" {
		certificate, err = tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	} else {
		certificate, ca, err = selfMade(c.Listen, c.Admin)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("certificate: %w", err)
	}
	return &tls.Config{
		Certificates: []tls.Certificate{certificate},
		MinVersion:   tls.VersionTLS13,           // its records have one known overhead
		NextProtos:   []string{"h2", "http/1.1"}, // for a client that can do both, as a browser
	}, ca, nil
}

// selfMade makes a certificate for the loopback names and the hosts that are listened on.
func selfMade(addresses ...string) (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: build.Name + " target"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, address := range addresses {
		if ip := net.ParseIP(hostname(address)); ip != nil && !ip.IsUnspecified() && !ip.IsLoopback() {
			template.IPAddresses = append(template.IPAddresses, ip)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, ca, nil
}
