package change

import (
	"slices"
	"strings"

	"yuzhou/shared/schema"
)

// Verdict is the outcome of merging one field.
type Verdict int

// The verdicts of a field.
const (
	Take  Verdict = iota // the new value is taken as it is
	Same                 // the committed value is the new value already
	Mixed                // both changes live on in the merged value
	Clash                // the committed value stays
)

// MergeField brings a new value, typed over base, together with the committed value. Order of arrival decides and
// no clock is asked. typ may be nil for a field this program does not know: then values are compared whole.
func MergeField(typ schema.Type, base, committed, mine any) (any, Verdict) {
	switch {
	case schema.Equal(committed, mine):
		return committed, Same
	case schema.Equal(committed, base):
		return mine, Take
	case schema.Equal(base, mine): // nothing was typed over; the committed value is newer
		return committed, Same
	case typ == nil:
		return committed, Clash
	}
	switch typ.Merge() {
	case schema.ByDelta:
		return mergeSets(base, committed, mine), Mixed
	case schema.Latest:
		return later(committed, mine), Mixed
	case schema.ByLine:
		if text, ok := mergeLines(text(base), text(committed), text(mine)); ok {
			return text, Mixed
		}
	}
	return committed, Clash
}

func text(v any) string { s, _ := v.(string); return s }

// later is the later of two moments or dates; anything beats nothing.
func later(a, b any) any {
	switch x := a.(type) {
	case int64:
		if y, ok := b.(int64); ok && y > x {
			return y
		}
		return x
	case string:
		if y, ok := b.(string); ok && y > x {
			return y
		}
		return x
	}
	return b
}

func mergeSets(base, committed, mine any) any {
	b, _ := base.([]string)
	c, _ := committed.([]string)
	m, _ := mine.([]string)
	out := slices.Clone(c)
	for _, x := range m {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	out = slices.DeleteFunc(out, func(x string) bool { return slices.Contains(b, x) && !slices.Contains(m, x) })
	return schema.NewSet(out...)
}

// hunk replaces lines [from,to) of the base by lines.
type hunk struct {
	from, to int
	lines    []string
}

// mergeLines merges two edits of a text when their hunks do not touch; ok is false when they do.
func mergeLines(base, a, b string) (string, bool) {
	lines := strings.Split(base, "\n")
	ha, hb := hunks(lines, strings.Split(a, "\n")), hunks(lines, strings.Split(b, "\n"))
	all := append(slices.Clone(ha), hb...)
	slices.SortStableFunc(all, func(x, y hunk) int { return x.from - y.from })
	// What both changed alike is one change, so an edit that arrives twice is in the text once.
	all = slices.CompactFunc(all, func(x, y hunk) bool { return x.from == y.from && x.to == y.to && slices.Equal(x.lines, y.lines) })
	for i := 1; i < len(all); i++ {
		// Hunks that meet at a line have no order that both writers would agree to.
		if all[i].from <= all[i-1].to {
			return "", false
		}
	}
	var out []string
	at := 0
	for _, h := range all {
		out = append(out, lines[at:h.from]...)
		out = append(out, h.lines...)
		at = h.to
	}
	return strings.Join(append(out, lines[at:]...), "\n"), true
}

// maxDiffCells bounds the work of one line diff, which the one committer does while everybody waits; what differs in more
// lines counts as one hunk. 256 lines of each text are far more than people write.
const maxDiffCells = 1 << 16

// hunks is the difference of two texts as replacements, by the longest common subsequence of their lines.
func hunks(base, next []string) []hunk {
	start, endB, endN := trimCommon(base, next)
	if start == endB && start == endN {
		return nil
	}
	x, y := base[start:endB], next[start:endN]
	if len(x)*len(y) > maxDiffCells {
		return []hunk{{start, endB, y}}
	}
	var out []hunk
	i, j := 0, 0
	for _, m := range append(matches(x, y), [2]int{len(x), len(y)}) {
		if i < m[0] || j < m[1] {
			out = append(out, hunk{from: start + i, to: start + m[0], lines: y[j:m[1]]})
		}
		i, j = m[0]+1, m[1]+1
	}
	return out
}

// trimCommon finds the part in which two texts differ: lines [start,endB) of the first, [start,endN) of the second.
func trimCommon(base, next []string) (start, endB, endN int) {
	endB, endN = len(base), len(next)
	for start < endB && start < endN && base[start] == next[start] {
		start++
	}
	for endB > start && endN > start && base[endB-1] == next[endN-1] {
		endB, endN = endB-1, endN-1
	}
	return start, endB, endN
}

// matches lists the pairs of lines that both texts keep, in order.
func matches(x, y []string) [][2]int {
	common := longestCommon(x, y)
	var out [][2]int
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// longestCommon is the table of lengths of the longest common subsequences of the tails of x and y.
func longestCommon(x, y []string) [][]int {
	table := make([][]int, len(x)+1)
	for i := range table {
		table[i] = make([]int, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}
