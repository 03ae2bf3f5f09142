package sim

import (
	"bytes"
	"encoding/json"

	"yuzhou/shared/wire"
)

// The frames as the programs of earlier protocols know them, written out here because the program's own types go on.
// Names and meanings of a released protocol never change.
type (
	frame1 struct {
		Drop *struct {
			Scope  string `json:"scope"`
			Reason string `json:"reason"`
		} `json:"drop"`
		Grant *struct {
			Scope  string   `json:"scope"`
			Face   bool     `json:"face"`
			Masked []string `json:"masked"`
			Hidden []string `json:"hidden"`
		} `json:"grant"`
		Root *struct {
			ID    string   `json:"id"`
			In    []string `json:"in"`
			Out   []string `json:"out"`
			Join  bool     `json:"join"`
			Leave *struct {
				How  string `json:"how"`
				By   string `json:"by"`
				To   string `json:"to"`
				At   int64  `json:"at"`
				Name string `json:"name"`
				Days int64  `json:"days"`
			} `json:"leave"`
		} `json:"root"`
		Row *struct {
			Kind    string                     `json:"k"`
			ID      string                     `json:"i"`
			Seq     int64                      `json:"q"`
			Deleted bool                       `json:"d"`
			Masked  []string                   `json:"m"`
			Body    map[string]json.RawMessage `json:"b"`
		} `json:"row"`
		Result *struct {
			ID      string            `json:"id"`
			Outcome string            `json:"outcome"`
			Fields  []string          `json:"fields"`
			Fault   json.RawMessage   `json:"fault"`
			Seq     int64             `json:"seq"`
			Info    map[string]string `json:"info"`
		} `json:"result"`
		End *struct {
			More   bool   `json:"more"`
			Token  string `json:"token"`
			Cursor string `json:"cursor"`
			Scopes []struct {
				Scope string `json:"scope"`
				Count int64  `json:"count"`
				Sum   string `json:"sum"`
			} `json:"scopes"`
			Done  int64 `json:"done"`
			Total int64 `json:"total"`
		} `json:"end"`
	}
)

// knownFrame reads a line as the program of the recording would, and fails when it holds anything that program does not
// know, or nothing that it does.
func (g *golden) knownFrame(line []byte) wire.Frame {
	g.t.Helper()
	if g.story.Protocol == 1 {
		var f frame1
		strict := json.NewDecoder(bytes.NewReader(line))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&f); err != nil {
			g.t.Errorf("a program of protocol 1 does not know this: %v in %s", err, line)
		}
		if f == (frame1{}) {
			g.t.Errorf("a program of protocol 1 finds nothing in %s", line)
		}
	}
	var f wire.Frame
	g.must(json.Unmarshal(line, &f))
	return f
}
