package screen

import (
	"time"

	"yuzhou/desktop/ui/words"
)

// warnSkew is the difference of clocks from which it is mentioned.
const warnSkew = 5 * time.Minute

// WrongClock tells whether this computer's clock is so far from the server's that a person should know. It keeps nothing
// from working: what counts is the server's time.
func WrongClock(skew time.Duration) bool { return skew.Abs() >= warnSkew }

// SkewShort says in a few words how wrong the clock is: 时钟快 23 分钟.
func SkewShort(skew time.Duration) string {
	return words.T(direction("ui.clock.short", skew), "By", span(skew))
}

// SkewText says how wrong the clock is, that it does no harm, and what to do.
func SkewText(skew time.Duration) string {
	return words.T(direction("ui.clock", skew), "By", span(skew))
}

func direction(key string, skew time.Duration) string {
	if skew < 0 {
		return key + ".slow"
	}
	return key + ".fast"
}

// span writes a difference in the unit in which a person would say it.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch d = d.Abs(); {
	case d < 2*time.Hour:
		return words.T("ui.clock.minutes", "N", int(d/time.Minute))
	case d < 2*day:
		return words.T("ui.clock.hours", "N", int(d/time.Hour))
	case d < 2*365*day:
		return words.T("ui.clock.days", "N", int(d/day))
	default:
		return words.T("ui.clock.years", "N", int(d/(365*day)))
	}
}
