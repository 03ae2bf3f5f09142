package access

import "math/bits"

// people is a set of persons by their places, one bit each: with 500 users a set is 64 bytes and a union is eight
// instructions, so every manager's reach can be kept ready.
type people []uint64

func newPeople(count int) people { return make(people, (count+63)/64) }

func (p people) add(place int)      { p[place/64] |= 1 << (place % 64) }
func (p people) has(place int) bool { return p[place/64]&(1<<(place%64)) != 0 }

func (p people) addAll(q people) {
	for i := range p {
		p[i] |= q[i]
	}
}

// each calls fn with every place, in rising order.
func (p people) each(fn func(place int)) {
	for i, word := range p {
		for ; word != 0; word &= word - 1 {
			fn(i*64 + bits.TrailingZeros64(word))
		}
	}
}
