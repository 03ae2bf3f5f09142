package transfer

import (
	"encoding/csv"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yuzhou/shared/fault"
)

// formula tells whether a spreadsheet would compute a text instead of showing it: it begins with one of the signs of a
// formula and is no plain number.
func formula(text string) bool {
	text = strings.TrimLeft(text, " \u3000")
	if text == "" || !strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(text)[0]) {
		return false
	}
	_, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	return err != nil
}

// Neutral is a text that no spreadsheet computes: one that looks like a formula gets the apostrophe that marks a text.
// Reading takes it off again.
func Neutral(text string) string {
	if formula(text) {
		return "'" + text
	}
	return text
}

// RefusedPath is where the refused rows of a file belong: beside it, under its name with ".refused".
func RefusedPath(path string, format Format) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".refused." + string(format)
}

// RefusedWords are the words of a file of refused rows, in the language of whoever reads it.
type RefusedWords struct {
	Line, Field, Reason string                      // the headers of the columns that are added
	FieldName           func(*fault.Fault) string   // the word for the field of a fault
	Say                 func(f *fault.Fault) string // what is wrong
}

// RefusedWriter writes rows that were refused: their cells as they stood, then line, field and reason. Once the cells are
// mended the file can be imported as it is.
type RefusedWriter struct {
	words  RefusedWords
	width  int
	csv    *csv.Writer
	out    io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	line   int
}

// NewRefusedWriter begins a file in the format of the one that was read.
func NewRefusedWriter(out io.Writer, format Format, header []string, words RefusedWords) (*RefusedWriter, error) {
	w := &RefusedWriter{words: words, width: len(header), out: out}
	if format == XLSX {
		w.file = excelize.NewFile()
		stream, err := w.file.NewStreamWriter("Sheet1")
		if err != nil {
			return nil, errors.Join(err, w.file.Close())
		}
		w.stream = stream
	} else {
		// Without the mark Excel reads the file as GBK.
		if _, err := io.WriteString(out, utf8Mark); err != nil {
			return nil, err
		}
		w.csv = csv.NewWriter(out)
		w.csv.UseCRLF = true
	}
	return w, w.write(append(w.padded(header), words.Line, words.Field, words.Reason))
}

// padded makes the cells as wide as the header, so that the added columns stand below their names.
func (w *RefusedWriter) padded(cells []string) []string {
	line := make([]string, w.width, w.width+3)
	copy(line, cells)
	return line
}

// Add writes one row with everything that is wrong with it.
func (w *RefusedWriter) Add(row *Row, faults ...*fault.Fault) error {
	var fields, reasons []string
	for _, f := range append(faults, row.Faults...) {
		fields = append(fields, w.words.FieldName(f))
		reasons = append(reasons, w.words.Say(f))
	}
	inside := min(len(row.Cells), w.width)
	cells := append(w.padded(row.Cells[:inside]), strconv.Itoa(row.Line), strings.Join(fields, "；"), strings.Join(reasons, "；"))
	return w.write(append(cells, row.Cells[inside:]...)) // what stands beyond the header is not lost either
}

func (w *RefusedWriter) write(cells []string) error {
	w.line++
	for i, cell := range cells {
		cells[i] = Neutral(cell)
	}
	if w.csv != nil {
		return w.csv.Write(cells)
	}
	values := make([]any, len(cells))
	for i, cell := range cells {
		values[i] = cell
	}
	at, err := excelize.CoordinatesToCellName(1, w.line)
	if err != nil {
		return err
	}
	return w.stream.SetRow(at, values)
}

// Close writes what is left. The output itself stays open.
func (w *RefusedWriter) Close() error {
	if w.csv != nil {
		w.csv.Flush()
		return w.csv.Error()
	}
	err := w.stream.Flush()
	if err == nil {
		err = w.file.Write(w.out)
	}
	return errors.Join(err, w.file.Close())
}
