// Package pollpush answers a question with figures: should this feature poll or push? One message
// schedule is delivered over short polling, long polling, Server-Sent Events and WebSocket, and what
// each of them cost and how late it delivered is shown side by side.
//
// This package holds no code, only the map of the house and the tests that keep it true (see
// layering_test.go). cmd runs it, pkg is what is compared and how it is counted, internal is how it
// is measured, results is what came out:
//
//   - cmd/bench is the benchmark, cmd/target the server under test as a program of its own;
//   - pkg/feed is what every transport delivers: messages, and the log that all readers follow;
//   - pkg/ajaxpoll, pkg/ssepush and pkg/wspush are the transports, each with a Handler for the
//     server and a Client for the consumer, on the contract of pkg/transport;
//   - pkg/wire counts bytes and exchanges, pkg/metrics keeps latencies, pkg/clock is the time line
//     that both sides share, pkg/http1 the client's side of HTTP/1.1;
//   - internal/scenario says what to run, internal/target serves it, internal/engine runs the
//     virtual clients, internal/result is what a run leaves, internal/report shows it;
//   - schema and docs/reference are made from the code by internal/reference (go generate).
package pollpush

//go:generate go test ./cmd/bench ./cmd/target ./internal/reference -run ^(TestReference|TestMetrics)$ -update
