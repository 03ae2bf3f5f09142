package replica

import (
	"encoding/json"
	"reflect"
	"testing"

	"yuzhou/shared/wire"
)

// TestFrames: SYNC-03: a line that is read the short way says what encoding/json reads in it; what is more than most lines
// are is left to that.
func TestFrames(t *testing.T) {
	for line, short := range map[string]bool{
		`{"root":{"id":"r","in":["owner:u","common"]}}` + "\n":                            true,
		`{"root":{"id":"r","in":["owner:u"],"join":true}}` + "\n":                         true,
		`{"root":{"id":"r","out":["owner:u"],"leave":{"how":"claimed"}}}` + "\n":          false,
		`{"root":{"id":"r","in":["owner:u"]}}`:                                            false,
		`{"result":{"id":"m","outcome":"applied","seq":5}}` + "\n":                        true,
		`{"result":{"id":"m\"\u4e00","outcome":"noop"}}` + "\n":                           true,
		`{"result":{"id":"m","outcome":"conflict","fields":["name"],"seq":5}}` + "\n":     false,
		`{"result":{"id":"m","outcome":"refused","fault":{"code":"DAILY_LIMIT"}}}` + "\n": false,
		`{"result":{"id":"m","outcome":"applied","seq":5},"end":{"cursor":"e.5"}}` + "\n": false,
		`{"result":{"id":"m","outcome":"applied","seq":5.5}}` + "\n":                      false,
	} {
		var f wire.Frame
		known := json.Unmarshal([]byte(line), &f) == nil
		root, isRoot := new(scopeList).root(line)
		result, isResult := ReadResult(line)
		if (isRoot || isResult) != short {
			t.Errorf("%s: short %v, want %v", line, isRoot || isResult, short)
		}
		if isRoot && (!known || !reflect.DeepEqual(root, *f.Root)) {
			t.Errorf("%s: root %+v", line, root)
		}
		if isResult && (!known || !reflect.DeepEqual(result, *f.Result)) {
			t.Errorf("%s: result %+v", line, result)
		}
	}
}
