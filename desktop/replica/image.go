package replica

import (
	"database/sql/driver"
	"encoding/binary"
	"math/bits"
)

// image is a database file in memory, written in SQLite's own format (sqlite.org/fileformat2.html). A page of a first
// sync has thousands of rows with a dozen values each, and to hand over every value by a call of its own costs several
// times what SQLite does with it. An image is handed over whole, and SQLite copies its tables by itself.
//
// Of the format an image needs little: pages of 64 KiB; tables without indexes; rows in the order of their rowids, none
// larger than a page. So a table is some leaves, with one interior page above them when they are more than one.
type image struct {
	file   []byte
	sheets []*sheet
}

const (
	imagePage   = 1 << 16
	imageHeader = 100            // of the file, on its first page
	maxRecord   = imagePage - 64 // a larger one would need overflow pages
	leafHeader  = 8
	innerHeader = 12
	leafType    = 13
	innerType   = 5
)

// sheet is one table of an image.
type sheet struct {
	in     *image
	name   string
	create string // its CREATE TABLE
	rows   int64
	leaves []leaf
	types  []byte // of the record that is being written
}

// leaf is a page of rows: pointers grow from its front, rows from its back.
type leaf struct {
	number int // of the page
	cells  int
	top    int   // where the newest row begins
	last   int64 // rowid of the newest row
}

// newImage begins an image of about so many bytes.
func newImage(size int) *image {
	m := &image{file: make([]byte, 0, size+imagePage)}
	m.grow()
	return m
}

// grow adds an empty page and gives its number.
func (m *image) grow() int {
	m.file = append(m.file, emptyPage...)
	return len(m.file) / imagePage
}

var emptyPage = make([]byte, imagePage)

func (m *image) page(number int) []byte {
	return m.file[(number-1)*imagePage : number*imagePage : number*imagePage]
}

// sheet gives the table of a name, made when it is not there.
func (m *image) sheet(name, create string) *sheet {
	for _, s := range m.sheets {
		if s.name == name {
			return s
		}
	}
	s := &sheet{in: m, name: name, create: create}
	m.sheets = append(m.sheets, s)
	return s
}

// add appends a row; false when it is too large, or holds a value that is neither text, bytes, a whole number nor NULL.
func (s *sheet) add(values []driver.Value) bool {
	types, body := s.types[:0], 0
	for _, v := range values {
		kind, size, ok := serialType(v)
		if !ok {
			return false
		}
		types, body = appendVarint(types, kind), body+size
	}
	s.types = types
	head := len(types) + 1
	if head > 127 { // the length of the header counts itself
		head++
	}
	record := head + body
	if record > maxRecord {
		return false
	}
	s.rows++
	l := s.room(varintLen(uint64(record)) + varintLen(uint64(s.rows)) + record)
	page := s.in.page(l.number)
	out := appendVarint(page[l.top:l.top], uint64(record))
	out = appendVarint(out, uint64(s.rows))
	out = appendVarint(out, uint64(head))
	out = append(out, types...)
	for _, v := range values {
		out = appendValue(out, v)
	}
	binary.BigEndian.PutUint16(page[leafHeader+2*l.cells:], uint16(l.top))
	l.cells, l.last = l.cells+1, s.rows
	return true
}

// room makes place for a row of so many bytes at the top of the last leaf, or on a new one.
func (s *sheet) room(size int) *leaf {
	n := len(s.leaves) - 1
	if n < 0 || s.leaves[n].top-size < leafHeader+2*(s.leaves[n].cells+1) {
		s.leaves = append(s.leaves, leaf{number: s.in.grow(), top: imagePage})
		n++
	}
	l := &s.leaves[n]
	l.top -= size
	return l
}

// finish writes what stands above and before the rows; false when a table is too large for one interior page.
func (m *image) finish() ([]byte, bool) {
	roots := make([]int, len(m.sheets))
	for i, s := range m.sheets {
		var ok bool
		if roots[i], ok = s.finish(); !ok {
			return nil, false
		}
	}
	contents := &sheet{in: m} // on the last page, until it goes to the first
	contents.room(0)
	for i, s := range m.sheets {
		if !contents.add([]driver.Value{"table", s.name, s.name, int64(roots[i]), s.create}) {
			return nil, false
		}
	}
	ok := m.first(contents)
	return m.file, ok
}

// finish fills in the headers of the table's pages and gives its root.
func (s *sheet) finish() (root int, ok bool) {
	if len(s.leaves) == 0 {
		s.room(0)
	}
	for _, l := range s.leaves {
		l.header(s.in.page(l.number), 0)
	}
	if len(s.leaves) == 1 {
		return s.leaves[0].number, true
	}
	root = s.in.grow()
	return root, s.inner(s.in.page(root))
}

// header writes the header of a leaf; skip is what stands on the page before it.
func (l leaf) header(page []byte, skip int) {
	page[skip] = leafType
	binary.BigEndian.PutUint16(page[skip+3:], uint16(l.cells))
	binary.BigEndian.PutUint16(page[skip+5:], uint16(l.top)) // 65536 is written 0
}

// inner writes the page above the leaves.
func (s *sheet) inner(page []byte) bool {
	below, last := s.leaves[:len(s.leaves)-1], s.leaves[len(s.leaves)-1]
	top := imagePage
	page[0] = innerType
	for i, l := range below {
		if top -= 4 + varintLen(uint64(l.last)); top < innerHeader+2*len(below) {
			return false
		}
		binary.BigEndian.PutUint32(page[top:], uint32(l.number))
		appendVarint(page[top+4:top+4], uint64(l.last))
		binary.BigEndian.PutUint16(page[innerHeader+2*i:], uint16(top))
	}
	binary.BigEndian.PutUint16(page[3:], uint16(len(below)))
	binary.BigEndian.PutUint16(page[5:], uint16(top))
	binary.BigEndian.PutUint32(page[8:], uint32(last.number))
	return true
}

// first writes the first page: the header of the file, and behind it the leaf that lists the tables.
func (m *image) first(contents *sheet) bool {
	if len(contents.leaves) != 1 {
		return false
	}
	l := contents.leaves[0]
	if l.top < imageHeader+leafHeader+2*l.cells {
		return false
	}
	page, list := m.page(1), m.page(l.number)
	copy(page[l.top:], list[l.top:])
	copy(page[imageHeader+leafHeader:], list[leafHeader:leafHeader+2*l.cells])
	l.header(page, imageHeader)
	m.file = m.file[:len(m.file)-imagePage]
	copy(page, "SQLite format 3\x00")
	copy(page[16:], []byte{0, 1, 1, 1, 0, 64, 32, 32}) // page size 65536, versions, no reserve, fractions of payload
	for at, v := range map[int]uint32{
		24: 1, 92: 1, // change counter, and for which of its values the size is right
		28: uint32(len(m.file) / imagePage),
		40: 1, 44: 4, // schema: cookie and format
		56: 1, // UTF-8
	} {
		binary.BigEndian.PutUint32(page[at:], v)
	}
	return true
}

// serialType is the type and size of a value in a record.
func serialType(v driver.Value) (kind uint64, size int, ok bool) {
	switch x := v.(type) {
	case nil:
		return 0, 0, true
	case string:
		return 13 + 2*uint64(len(x)), len(x), true
	case []byte:
		return 12 + 2*uint64(len(x)), len(x), true
	case int64:
		kind, size = integerType(x)
		return kind, size, true
	}
	return 0, 0, false
}

func integerType(n int64) (kind uint64, size int) {
	switch magnitude := bits.Len64(uint64(n ^ n>>63)); {
	case n == 0 || n == 1:
		return 8 + uint64(n), 0
	case magnitude < 32:
		size = magnitude/8 + 1
		return uint64(size), size
	case magnitude < 48:
		return 5, 6
	}
	return 6, 8
}

func appendValue(out []byte, v driver.Value) []byte {
	switch x := v.(type) {
	case string:
		return append(out, x...)
	case []byte:
		return append(out, x...)
	case int64:
		_, size := integerType(x)
		for i := size - 1; i >= 0; i-- {
			out = append(out, byte(x>>(8*i)))
		}
	}
	return out
}

// appendVarint writes a number as SQLite does: seven bits a byte, the highest first. Ours are far below 2^56, where its
// ninth byte begins.
func appendVarint(out []byte, n uint64) []byte {
	for i := varintLen(n) - 1; i > 0; i-- {
		out = append(out, byte(n>>(7*i))|0x80)
	}
	return append(out, byte(n)&0x7f)
}

func varintLen(n uint64) int { return max(1, (bits.Len64(n)+6)/7) }
