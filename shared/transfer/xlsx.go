package transfer

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"yuzhou/shared/fault"
)

// openXLSX begins to read the first sheet that holds a header line.
func openXLSX(data []byte, limits Limits) (*Table, error) {
	file, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue:      true, // a serial date as its number, a telephone number without thousands separators
		UnzipSizeLimit:    limits.Unzipped,
		UnzipXMLSizeLimit: min(limits.Unzipped, 16<<20), // larger parts are read from a temporary file
	})
	if err != nil {
		if strings.Contains(err.Error(), "unzip size exceeds") {
			return nil, fault.New(fault.TooLarge, "Limit", limits.Unzipped).Because("transfer", err)
		}
		return nil, fault.New(fault.BadFile, "Reason", "damaged").Because("transfer", err)
	}
	t := &Table{Format: XLSX, limits: limits}
	if props, err := file.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		t.from1904 = *props.Date1904
	}
	sheet, err := headerSheet(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	rows, err := file.Rows(sheet)
	if err != nil {
		return nil, errors.Join(fault.New(fault.BadFile, "Reason", "damaged").Because("transfer", err), file.Close())
	}
	t.lines = &xlsxLines{file: file, rows: rows}
	return t, nil
}

// headerSheet is the first sheet with a header line near its top; without one, the first sheet. Templates often begin
// with a sheet of instructions.
func headerSheet(file *excelize.File) (string, error) {
	names := file.GetSheetList()
	if len(names) == 0 {
		return "", fault.New(fault.BadFile, "Reason", "empty")
	}
	for _, name := range names[:min(len(names), 10)] {
		rows, err := file.Rows(name)
		if err != nil {
			return "", fault.New(fault.BadFile, "Reason", "damaged").Because("transfer", err)
		}
		lines := &xlsxLines{rows: rows}
		for range headerDepth {
			line, err := lines.next()
			if err != nil {
				break
			}
			if _, ok := findColumns(line.Cells); ok {
				return name, lines.close()
			}
		}
		if err := lines.close(); err != nil {
			return "", fault.New(fault.BadFile, "Reason", "damaged").Because("transfer", err)
		}
	}
	return names[0], nil
}

// xlsxLines reads the rows of one sheet.
type xlsxLines struct {
	file *excelize.File // nil while looking for the sheet
	rows *excelize.Rows
	line int
}

func (x *xlsxLines) next() (Line, error) {
	if !x.rows.Next() {
		if err := x.rows.Error(); err != nil {
			return Line{}, err
		}
		return Line{}, io.EOF
	}
	x.line++
	cells, err := x.rows.Columns()
	if err != nil {
		return Line{}, err
	}
	return Line{Number: x.line, Cells: cells}, nil
}

func (x *xlsxLines) close() error {
	err := x.rows.Close()
	if x.file != nil {
		err = errors.Join(err, x.file.Close())
	}
	return err
}
