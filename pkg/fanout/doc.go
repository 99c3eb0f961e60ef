// Package fanout writes what is published to many readers, with few goroutines and one encoding.
//
// A Reader is a connection that follows a log with a cursor of its own. Readers that have everything
// stand in a list, one for each log and encoding; a publication moves that list as a whole behind the
// queue of those to be served, which takes the publisher the same time for one as for ten thousand. As many
// writers as there are processors take readers from the queue, write what follows their cursors, and put
// them back. They come when there is something to write, and go when there is not.
//
// A write may block: a reader that does not drain waits for as long as its connection lets it. The writer
// it holds up is then replaced, and stays with that reader until it has caught up; from then on the reader
// gets a writer of its own for each turn, until one has passed without a wait. So a slow reader costs a
// goroutine while it is slow, and the others ten milliseconds of one writer, once.
package fanout
