// Package doctor says whether a host can carry a scenario: what it needs, what there is, and what to type
// where that is too little. It reads nothing by itself: the host is given to it as a reading.
//
// What cannot work is refused. What may distort figures is warned about. Neither decides what a trial's
// figures are worth: that is decided by what was measured.
package doctor
