package screen

import (
	"strings"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/fault"
)

// moments are the parameters of faults and notices that are Unix milliseconds.
var moments = map[string]bool{"Since": true, "Until": true, "Resets": true, "Happened": true, "Reclaimed": true}

// Times is what is needed to write a moment: the present one and the company's zone.
type Times struct {
	Now  time.Time
	Zone *time.Location
}

// TimesOf are the times of an open book.
func TimesOf(b *book.Book) Times { return Times{Now: b.Now(), Zone: b.Zone()} }

// Trouble turns an error into words: what happened, and what to do now.
func Trouble(err error, t Times) (what, next string) {
	f := fault.Of(err)
	if f == nil {
		return "", ""
	}
	params := written(f.Params, t)
	key := "fault." + string(f.Code)
	if !words.Has(key) { // a newer server knows more codes than this program
		key = "fault." + string(fault.Internal)
	}
	return words.T(key, params), words.T(key+".next", params)
}

// written are the parameters of a fault or notice as a sentence takes them: moments in the words of the day.
func written(params map[string]string, t Times) map[string]any {
	out := map[string]any{}
	for name, value := range params {
		out[name] = value
		if at := Millis(value); moments[name] && !at.IsZero() {
			out[name] = words.Moment(at, t.Now, t.Zone)
		}
	}
	return out
}

// Told is Trouble in one piece.
func Told(err error, t Times) string {
	what, next := Trouble(err, t)
	return Sentences(what, next)
}

// Sentences joins sentences: with a space in English and none in Chinese, whose full stop brings its own.
func Sentences(parts ...string) string {
	gap := ""
	if words.Language() == words.English {
		gap = " "
	}
	var out []string
	for _, part := range parts {
		if part != "" {
			out = append(out, part)
		}
	}
	return strings.Join(out, gap)
}

// Wrong says in one line what is wrong with a field.
func Wrong(err error, t Times) string {
	what, _ := Trouble(err, t)
	return what
}
