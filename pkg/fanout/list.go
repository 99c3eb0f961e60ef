package fanout

// link is a place in a list. In the zero value it is in none.
type link struct {
	before, behind *link
	reader         *Reader // nil in the root of a list
}

// list is a ring of links behind a root, so that all of it can be moved at once, and a link be taken out by
// who does not know which list it is in.
type list struct{ root link }

func newList() *list {
	l := &list{}
	l.root.before, l.root.behind = &l.root, &l.root
	return l
}

func (l *list) empty() bool { return l.root.behind == &l.root }

// push puts a link that is in no list at the end.
func (l *list) push(k *link) {
	k.before, k.behind = l.root.before, &l.root
	k.before.behind, k.behind.before = k, k
}

// pop takes the first link out, and returns its reader.
func (l *list) pop() *Reader {
	first := l.root.behind
	first.remove()
	return first.reader
}

// take moves all of another list to the end of this one.
func (l *list) take(other *list) {
	if other.empty() {
		return
	}
	first, last := other.root.behind, other.root.before
	first.before, last.behind = l.root.before, &l.root
	first.before.behind, l.root.before = first, last
	other.root.before, other.root.behind = &other.root, &other.root
}

// remove takes the link out of its list, if it is in one.
func (k *link) remove() {
	if k.before == nil {
		return
	}
	k.before.behind, k.behind.before = k.behind, k.before
	k.before, k.behind = nil, nil
}
