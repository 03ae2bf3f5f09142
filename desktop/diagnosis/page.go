package diagnosis

import (
	"fmt"
	"strings"
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
)

// page is lines of a label and a fact.
type page struct{ strings.Builder }

// say adds a fact under its label.
func (p *page) say(label, fact string) {
	p.raw(strings.TrimSpace(words.T("diagnosis.line", "Label", words.T("diagnosis."+label), "Fact", fact)))
}

func (p *page) raw(line string) {
	p.WriteString(line)
	p.WriteByte('\n')
}

func list(parts []string, none string) string {
	if len(parts) == 0 {
		return none
	}
	return strings.Join(parts, ", ")
}

// filled are the parts that are not empty.
func filled(parts ...string) (some []string) {
	for _, part := range parts {
		if part != "" {
			some = append(some, part)
		}
	}
	return some
}

// counts names what there is any of.
func counts(all []replica.Count) string {
	var some []string
	for _, c := range all {
		if c.N > 0 {
			some = append(some, fmt.Sprintf("%s %d", c.Name, c.N))
		}
	}
	return list(some, "none")
}

// size writes a number of bytes for people.
func size(bytes uint64) string {
	value, unit := float64(bytes)/(1<<20), "MB"
	if value >= 1<<10 {
		value, unit = value/(1<<10), "GB"
	}
	return fmt.Sprintf("%.1f %s", value, unit)
}

// shortened is how many characters tell two histories apart.
const shortened = 8

func short(id string) string {
	if id == "" {
		return "-"
	}
	return id[:min(len(id), shortened)]
}

// known is a code as far as it is of the closed list: it may have come from a server.
func known(code fault.Code) string {
	if code.Known() {
		return string(code)
	}
	return string(fault.Internal)
}

// moment writes a time in the report's zone, for it is read elsewhere.
func (r Report) moment(at time.Time) string {
	return at.In(r.Now.Location()).Format("2006-01-02 15:04:05 -07:00")
}

// ago is a moment with how long it has been. A clock that was set back makes that nothing.
func (r Report) ago(ms int64) string {
	at := clock.FromMillis(ms)
	return fmt.Sprintf("%s (%s ago)", r.moment(at), max(0, r.Now.Sub(at)).Round(time.Second))
}
