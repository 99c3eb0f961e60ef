package forecast

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"
)

// field is a column of CSV. Its values are numbers and names of this program's own, so there is nothing in
// them that a spreadsheet would take for a formula; what is not known is empty.
type field[T any] struct {
	name  string
	value func(T) string
}

// writeCSV writes the names of the fields, and a line for each value.
func writeCSV[T any](w io.Writer, fields []field[T], values []T) error {
	out := csv.NewWriter(w)
	line := make([]string, len(fields))
	for i, f := range fields {
		line[i] = f.name
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for _, v := range values {
		for i, f := range fields {
			line[i] = f.value(v)
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// plain formats a number to ten digits, without an exponent that some would not read. What lies behind them
// is rounding, and may differ from processor to processor.
func plain(v float64) string { return strconv.FormatFloat(rounded(v, 10), 'f', -1, 64) }

func seconds(d time.Duration) string { return plain(d.Seconds()) }

func figure(name string, of func(Column) float64) field[Column] {
	return field[Column]{name, func(c Column) string { return plain(of(c)) }}
}

func ofServer(name string, of func(Server) float64) field[Column] {
	return field[Column]{name, func(c Column) string {
		if c.Server == nil {
			return ""
		}
		if v := of(*c.Server); v > 0 {
			return plain(v)
		}
		return "" // not known, or there is no such thing
	}}
}

func ofAnswers(name string, of func(Polls) float64) field[Column] {
	return field[Column]{name, func(c Column) string {
		if c.Polls == nil {
			return ""
		}
		return plain(of(*c.Polls))
	}}
}

// columnFields are a transport's.
var columnFields = []field[Column]{
	{"transport", func(c Column) string { return string(c.Transport) }},
	{"latency_mean_s", func(c Column) string { return seconds(c.Mean) }},
	{"latency_p50_s", func(c Column) string { return seconds(c.P50) }},
	{"latency_p99_s", func(c Column) string { return seconds(c.P99) }},
	{"latency_max_s", func(c Column) string { return seconds(c.Max) }},
	figure("requests_per_s", func(c Column) float64 { return c.Requests }),
	figure("connections_per_s", func(c Column) float64 { return c.Connections }),
	ofAnswers("empty_share", func(p Polls) float64 { return p.Empty }),
	ofAnswers("messages_per_answer", func(p Polls) float64 { return p.Batch }),
	figure("up_payload_bit_per_s", func(c Column) float64 { return c.Up.Payload }),
	figure("up_framing_bit_per_s", func(c Column) float64 { return c.Up.Framing }),
	figure("up_header_bit_per_s", func(c Column) float64 { return c.Up.Header }),
	figure("up_handshake_bit_per_s", func(c Column) float64 { return c.Up.Handshake }),
	figure("up_tls_bit_per_s", func(c Column) float64 { return c.Up.TLS }),
	figure("up_socket_bit_per_s", func(c Column) float64 { return c.Up.Socket }),
	figure("up_ip_bit_per_s", func(c Column) float64 { return c.Up.IP }),
	figure("down_payload_bit_per_s", func(c Column) float64 { return c.Down.Payload }),
	figure("down_framing_bit_per_s", func(c Column) float64 { return c.Down.Framing }),
	figure("down_header_bit_per_s", func(c Column) float64 { return c.Down.Header }),
	figure("down_handshake_bit_per_s", func(c Column) float64 { return c.Down.Handshake }),
	figure("down_tls_bit_per_s", func(c Column) float64 { return c.Down.TLS }),
	figure("down_socket_bit_per_s", func(c Column) float64 { return c.Down.Socket }),
	figure("down_ip_bit_per_s", func(c Column) float64 { return c.Down.IP }),
	figure("egress_bytes_per_30_days", func(c Column) float64 { return c.Egress }),
	ofServer("extrapolated_cpu_cores", func(s Server) float64 { return s.Cores }),
	ofServer("extrapolated_memory_bytes", func(s Server) float64 { return s.Memory }),
	ofServer("extrapolated_clients_at_most", func(s Server) float64 { return s.Capacity }),
	ofServer("extrapolated_write_mean_s", func(s Server) float64 { return s.WriteMean.Seconds() }),
	ofServer("extrapolated_write_last_s", func(s Server) float64 { return s.WriteLast.Seconds() }),
}

func ofCost(name string, cost func(Cell) *Cost, of func(Cost) float64) field[Cell] {
	return field[Cell]{name, func(c Cell) string {
		if cost(c) == nil {
			return ""
		}
		return plain(of(*cost(c)))
	}}
}

func socketBytes(c Cost) float64 { return c.Bytes }
func ipBytes(c Cost) float64     { return c.IP }
func ofSSE(c Cell) *Cost         { return c.SSE }
func ofWebSocket(c Cell) *Cost   { return c.WebSocket }
func ofShort(c Cell) *Cost       { return &c.Short }

// cellFields are those of a place of a map.
var cellFields = []field[Cell]{
	{"rate_per_second", func(c Cell) string { return plain(c.Rate) }},
	{"poll_interval_s", func(c Cell) string { return seconds(c.Interval) }},
	ofCost("short_poll_bytes_per_s", ofShort, socketBytes),
	ofCost("sse_bytes_per_s", ofSSE, socketBytes),
	ofCost("websocket_bytes_per_s", ofWebSocket, socketBytes),
	ofCost("short_poll_ip_bytes_per_s", ofShort, ipBytes),
	ofCost("sse_ip_bytes_per_s", ofSSE, ipBytes),
	ofCost("websocket_ip_bytes_per_s", ofWebSocket, ipBytes),
	{"short_poll_latency_mean_s", func(c Cell) string { return seconds(c.Mean) }},
	{"fewer_ip_bytes", func(c Cell) string { return string(c.Fewer) }},
	{"factor", func(c Cell) string { return plain(c.Factor) }},
}
