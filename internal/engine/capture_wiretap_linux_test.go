package engine_test

import (
	"fmt"
	"slices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/tcpassembly"
)

// wiretap counts the packets of one port's connections and puts their streams together again. It
// knows nothing of how pollpush counts.
type wiretap struct {
	port      layers.TCPPort
	up, down  crossed
	streams   map[gopacket.Flow]*stream // by their ports
	assembler *tcpassembly.Assembler
}

// crossed is what went one way.
type crossed struct {
	syns, fins, resets int64

	segments    int64 // a super-packet counts as what a network card cuts it into
	ipBytes     int64
	sackBytes   int64 // the part of ipBytes that is SACK blocks (RFC 2018)
	sentBytes   int64 // payload of all segments; what was sent twice is in it twice
	streamBytes int64 // payload of the streams, each byte once
}

// resentBytes returns how much payload came again.
func (c crossed) resentBytes() int64 { return c.sentBytes - c.streamBytes }

func newWiretap(port int) *wiretap {
	w := &wiretap{port: layers.TCPPort(port), streams: make(map[gopacket.Flow]*stream)}
	w.assembler = tcpassembly.NewAssembler(tcpassembly.NewStreamPool(w))
	return w
}

// packet counts an IPv4 packet, if it is of the port.
func (w *wiretap) packet(data []byte) error {
	var ip layers.IPv4
	var tcp layers.TCP
	var decoded []gopacket.LayerType
	parser := gopacket.NewDecodingLayerParser(layers.LayerTypeIPv4, &ip, &tcp)
	parser.IgnoreUnsupported = true // what TCP carries is not decoded
	if err := parser.DecodeLayers(data, &decoded); err != nil {
		return fmt.Errorf("captured packet: %w", err)
	}
	if parser.Truncated {
		return fmt.Errorf("captured packet: only %d bytes of %d", len(data), ip.Length)
	}
	switch {
	case !slices.Contains(decoded, layers.LayerTypeTCP):
		return nil
	case tcp.DstPort == w.port:
		w.up.count(&ip, &tcp)
	case tcp.SrcPort == w.port:
		w.down.count(&ip, &tcp)
	default:
		return nil
	}
	w.follow(&ip, &tcp)
	return nil
}

// count counts a packet as the segments it is on a wire.
func (c *crossed) count(ip *layers.IPv4, tcp *layers.TCP) {
	headers, payload := len(ip.Contents)+len(tcp.Contents), len(tcp.Payload)
	mss := deviceMTU - headers
	segments := max(1, (payload+mss-1)/mss)
	c.segments += int64(segments)
	c.ipBytes += int64(segments*headers + payload)
	c.sentBytes += int64(payload)
	c.syns += one(tcp.SYN)
	c.fins += one(tcp.FIN)
	c.resets += one(tcp.RST)
	for _, o := range tcp.Options {
		if o.OptionType == layers.TCPOptionKindSACK {
			const padding = 2 // in front, to a multiple of four bytes
			c.sackBytes += int64(segments * (padding + int(o.OptionLength)))
		}
	}
}

func one(flag bool) int64 {
	if flag {
		return 1
	}
	return 0
}
