package feed

import "strings"

// vocabulary is what messages are padded with: a filler of one letter would compress to nothing, and
// random letters not at all. Text of a few score words compresses about as messages do that people
// and programs write.
var vocabulary = strings.Fields(`
	the of and to in is that for it was on are as with his they at be this from have or by one had not
	but what all were when we there can an your which their said if do will each about how up out them
	then she many some so these would other into has more her two like him see time could no make than
	first been its who now people my made over did down only way find use may water long little very
	after words called just where most know get through back much go good new write our me man too any
	day same right look think also around another came come work three word must because does part even
	place well such here take why things help put years different away again off went old number great
	tell men say small every found still between name should home big give air line set own under read
	last never us left end along while might next sound below saw something thought both few those`)

// appendPadding fills b up to size bytes with words, others for each seed.
func appendPadding(b []byte, size int, seed uint64) []byte {
	for len(b) < size {
		seed += 0x9e3779b97f4a7c15 // the steps of SplitMix64, whose high bits are good enough to choose by
		z := (seed ^ seed>>30) * 0xbf58476d1ce4e5b9
		word := vocabulary[(z^z>>27)>>32%uint64(len(vocabulary))]
		b = append(b, word[:min(len(word), size-len(b))]...)
		if len(b) < size {
			b = append(b, ' ')
		}
	}
	return b
}
