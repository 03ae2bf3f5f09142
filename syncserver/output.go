package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/width"

	"yuzhou/shared/fault"
)

// output writes what a command has to say: words for people, or one JSON value with --json.
type output struct {
	*speech
	out  io.Writer
	err  io.Writer
	json bool
}

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// result shows a value: as JSON when that was asked for, else by the given text.
func (o *output) result(value any, text func()) error {
	if !o.json {
		text()
		return nil
	}
	encoder := json.NewEncoder(o.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// say writes one line of words.
func (o *output) say(key string, pairs ...any) { _, _ = fmt.Fprintln(o.out, o.T(key, pairs...)) }

// note writes one line beside the result, where it does not disturb a program that reads it.
func (o *output) note(key string, pairs ...any) { _, _ = fmt.Fprintln(o.err, o.T(key, pairs...)) }

// failure shows an error and gives the exit code.
func (o *output) failure(err error) int {
	f := fault.Of(err)
	text := o.fault(f)
	var own *worded
	if errors.As(err, &own) {
		text = o.T(own.key, own.pairs...)
	} else if f.Code == fault.Internal { // nobody has words for it, so the administrator gets the cause
		text += "\n" + err.Error()
	}
	if o.json {
		_ = json.NewEncoder(o.err).Encode(map[string]any{"error": f, "text": text, "detail": err.Error()})
		return exitFailed
	}
	_, _ = fmt.Fprintln(o.err, text)
	return exitFailed
}

// table writes rows in columns; the first row is the heading. Chinese characters take two columns of a terminal.
func (o *output) table(rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-columns(cell)+2))
			}
		}
		_, _ = fmt.Fprintln(o.out, strings.TrimRight(line.String(), " "))
	}
}

// columns is how many columns of a terminal a text takes.
func columns(text string) int {
	n := 0
	for _, r := range text {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
