package model

// push: a message is written when it is published, and is s + d late. Nothing else about the path or
// the rate matters, as the connection is there and nobody has to ask.
func push(in Input) Prediction { return Prediction{Latency: Law{Base: in.base()}} }
