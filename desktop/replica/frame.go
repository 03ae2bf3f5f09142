package replica

import (
	"encoding/json"
	"strings"

	"yuzhou/shared/change"
	"yuzhou/shared/wire"
)

// Of the lines of an answer those that come by the thousand are read without encoding/json, in the form in which our
// server writes them. Whatever is not as expected is left to encoding/json.

const (
	rootPrefix   = `{"root":{`
	resultPrefix = `{"result":{`
)

// scopeList is the text of a list of scopes with what it says: thousands of roots have the same.
type scopeList struct {
	text  string
	names []string
}

// root reads the line of a root that leaves no scope. Its list of scopes is shared with other roots.
func (l *scopeList) root(line string) (root wire.Root, ok bool) {
	ok = plainFrame(line, rootPrefix, func(s *scanner, key string) (ok bool) {
		switch key {
		case "id":
			root.ID, ok = s.str()
		case "in":
			var text string
			if text, ok = s.raw(); ok && text != l.text {
				*l = scopeList{text: text}
				ok = json.Unmarshal([]byte(text), &l.names) == nil
			}
			root.In = l.names
		case "join":
			var text string
			text, ok = s.raw()
			root.Join = text == "true"
		}
		return ok
	})
	return root, ok
}

// ReadResult reads the line of a result that says no more than most do: what became of a mutation, and in which commit.
func ReadResult(line string) (result change.Result, ok bool) {
	ok = plainFrame(line, resultPrefix, func(s *scanner, key string) (ok bool) {
		switch key {
		case "id":
			result.ID, ok = s.str()
		case "outcome":
			var outcome string
			outcome, ok = s.str()
			result.Outcome = change.Outcome(outcome)
		case "seq":
			result.Seq, ok = s.integer()
		}
		return ok
	})
	return result, ok
}

// plainFrame reads a line that is one frame of a kind, member by member.
func plainFrame(line, prefix string, member func(s *scanner, key string) bool) bool {
	if !strings.HasPrefix(line, prefix) {
		return false
	}
	s := scanner{s: line, i: len(prefix)}
	return s.object(func(key string) bool { return member(&s, key) }) && s.s[s.i:] == "}\n"
}
