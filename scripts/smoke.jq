# What must hold of a result of scripts/smoke. Every line that this prints is something that is wrong.

def check(ok; sentence): if ok then empty else sentence end;
def same($what; $got; $want): check($got == $want; "\($what) should be \($want), not \($got)");

def layers: .payload_bytes + .framing_bytes + .header_bytes + .handshake_bytes + .tls_bytes;

def counts:
	same("complete"; .complete; true),
	same("clients connected"; .clients.connected; .clients.asked),
	same("messages expected"; .messages.expected; .messages.published * .clients.asked),
	same("messages delivered"; .messages.delivered; .messages.expected),
	same("messages lost"; .messages.lost; 0),
	same("messages duplicated"; .messages.duplicated; 0),
	same("messages reordered"; .messages.reordered; 0),
	check(.messages.expected > 0; "messages should fall due in the window, and none did");

def books:
	same("the difference of the two books in bytes"; .server.books.difference_bytes; 0),
	(.wire | ("setup", "steady", "other", "total") as $phase | ("up", "down") as $direction
		| .[$phase][$direction]
		| same("the sum of the layers of \($phase) \($direction)"; layers; .socket_bytes)),
	(.wire | . as $wire | .total | paths(numbers) as $field
		| select($field[0] != "packets") # samples, and other has none
		| same("setup + steady + other of \($field | join("."))";
			[$wire.setup, $wire.steady, $wire.other | getpath($field)] | add; $wire.total | getpath($field)));

def verdict:
	check(.verdict.state == "valid" or .verdict.state == "suspect";
		"the verdict should be valid or suspect, not \(.verdict.state): \(.verdict.reasons | join("; "))");

# A short frame of the server has a header of 2 bytes, RFC 6455 section 5.2.
def websocket:
	.wire.steady
	| same("framing without control frames, down"; .down.framing_bytes - .down.control_bytes; 2 * .messages),
	  same("requests in the window"; .requests; 0),
	  same("upgrades in the window"; .upgrades; 0),
	  same("connections opened in the window"; .connections; 0);

def short_poll($scenario):
	(.clients.asked * .wire.window_ns / $scenario.poll_interval_ns) as $want
	| .wire.steady.requests
	| check((. - $want | fabs) <= $want / 100; "polls in the window should be \($want) to within 1 %, not \(.)");

same("the schema"; .schema; "pollpush/result/v1"),
same("the list of transports"; [.trials[].transport] | sort; ["long-poll", "short-poll", "sse", "websocket"]),
(.scenario as $scenario | .trials[] | "\(.transport): " + (
	counts, books, verdict,
	(select(.transport == "websocket") | websocket),
	(select(.transport == "short-poll") | short_poll($scenario))))
